/**
 * Puts PReLU back together where an exporter has spelled it in elementary operators:
 *
 *     relu(x) + a * (x - |x|)       slope 2a   (TF 1.x contrib layers; x - |x| = 2 min(x, 0))
 *     relu(x) + a * -relu(-x)       slope a    (Keras)
 *
 * `a` has one value a channel.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, node, producers, prune } from "../graph.ts";

export function foldPrelu(graph: Graph): Graph {
  const producer = producers(graph);
  const constants = new Map<string, Constant>(graph.constants);
  const nodes = graph.nodes.map((each) => {
    const found = matchPrelu(graph, producer, each);
    if (found === null) return each;
    const { shape } = constants.get(found.slope)!;
    const slope = `${each.outputs[0]}/slope`;
    constants.set(
      slope,
      floats(
        shape,
        floatsOf(graph, found.slope).map((a) => a * found.factor),
      ),
    );
    return node("PRelu", [found.x, slope], each.outputs[0]);
  });
  return prune({ ...graph, nodes, constants });
}

interface Prelu {
  readonly x: string;
  /** Name of the constant `a`; the slope is `factor * a`. */
  readonly slope: string;
  readonly factor: number;
}

function matchPrelu(graph: Graph, producer: ReadonlyMap<string, Node>, sum: Node): Prelu | null {
  if (sum.op !== "Add") return null;
  const terms = sum.inputs.map((input) => producer.get(input));
  const positive = terms.find((term) => term?.op === "Relu");
  const product = terms.find((term) => term?.op === "Mul");
  if (positive === undefined || product === undefined) return null;
  const [x] = positive.inputs;
  const slope = product.inputs.find((input) => graph.constants.has(input));
  const negative = producer.get(product.inputs.find((input) => !graph.constants.has(input)) ?? "");
  if (slope === undefined || negative === undefined) return null;
  if (isDoubledMinimum(producer, negative, x)) return { x, slope, factor: 2 };
  if (isMinimum(producer, negative, x)) return { x, slope, factor: 1 };
  return null;
}

/** Recognises x - |x|. */
function isDoubledMinimum(producer: ReadonlyMap<string, Node>, { op, inputs }: Node, x: string): boolean {
  if (op !== "Sub" || inputs[0] !== x) return false;
  const magnitude = producer.get(inputs[1]);
  return magnitude?.op === "Abs" && magnitude.inputs[0] === x;
}

/** Recognises -relu(-x). */
function isMinimum(producer: ReadonlyMap<string, Node>, { op, inputs }: Node, x: string): boolean {
  if (op !== "Neg") return false;
  const clipped = producer.get(inputs[0]);
  const negated = producer.get(clipped?.op === "Relu" ? clipped.inputs[0] : "");
  return negated?.op === "Neg" && negated.inputs[0] === x;
}
