/**
 * Merges the neighbours of convolutions into them: zero padding before one, two in a row without an activation
 * between, and the ReLU after one.
 */
import type { Constant, Graph, Node } from "../graph.ts";
import { consumers, floats, floatsOf, node, producers, prune } from "../graph.ts";

/** Merges zero padding of image borders into the pads of the convolution that reads it. */
export function foldPads(graph: Graph): Graph {
  const producer = producers(graph);
  const nodes = graph.nodes.map((each) => {
    const pad = each.op === "Conv" ? producer.get(each.inputs[0]) : undefined;
    if (pad?.op !== "Pad") return each;
    const amounts = graph.constants.get(pad.inputs[1])!.data;
    const [n0, c0, top, left, n1, c1, bottom, right] = Array.from(amounts, Number);
    if (n0 || c0 || n1 || c1) return each;
    const pads = (each.attributes.pads as number[]).map((own, i) => own + [top, left, bottom, right][i]);
    return {
      ...each,
      inputs: [pad.inputs[0], ...each.inputs.slice(1)],
      attributes: { ...each.attributes, pads },
    };
  });
  return prune({ ...graph, nodes });
}

/**
 * Merges a 1x1 convolution into another that follows directly: W = W2 W1, b = W2 b1 + b2, in double precision, where
 * that needs fewer multiplications.
 */
export function composeLinear(graph: Graph): Graph {
  const producer = producers(graph);
  const readers = consumers(graph);
  const constants = new Map<string, Constant>(graph.constants);
  // Nodes are in order, so a run of three merges two at a time into its last.
  const composed = new Map<string, Node>();
  const nodes = graph.nodes.map((second) => {
    const [between] = second.inputs;
    const first = composed.get(between) ?? producer.get(between);
    if (first === undefined || !isPointwise(first) || !isPointwise(second)) return second;
    if (readers.get(between)?.length !== 1) return second;
    const [outputs, inner] = constants.get(second.inputs[1])!.shape;
    const inputs = constants.get(first.inputs[1])!.shape[1];
    if (outputs * inputs > inner * inputs + outputs * inner) return second;
    const [weights, bias] = compose({ constants }, first, second, [outputs, inner, inputs]);
    const name = second.outputs[0];
    constants.set(`${name}/composed`, floats([outputs, inputs, 1, 1], weights));
    constants.set(`${name}/composed-bias`, floats([outputs], bias));
    const folded = { ...second, inputs: [first.inputs[0], `${name}/composed`, `${name}/composed-bias`] };
    composed.set(name, folded);
    return folded;
  });
  return prune({ ...graph, nodes, constants });
}

/** True for 1x1, stride 1, no padding, not grouped. */
export function isPointwise({ op, attributes }: Node): boolean {
  const isAll = (name: string, wanted: number) =>
    (attributes[name] as number[]).every((value) => value === wanted);
  return (
    op === "Conv" &&
    attributes.group === 1 &&
    isAll("kernel_shape", 1) &&
    isAll("strides", 1) &&
    isAll("pads", 0)
  );
}

function compose(
  graph: Pick<Graph, "constants">,
  first: Node,
  second: Node,
  [outputs, inner, inputs]: readonly number[],
): [weights: Float32Array, bias: Float32Array] {
  const [w1, b1] = [floatsOf(graph, first.inputs[1]), floatsOf(graph, first.inputs[2])];
  const [w2, b2] = [floatsOf(graph, second.inputs[1]), floatsOf(graph, second.inputs[2])];
  const weights = new Float32Array(outputs * inputs);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    const row = new Float64Array(inputs);
    let offset = b2[o];
    for (let k = 0; k < inner; k++) {
      const factor = w2[o * inner + k];
      offset += factor * b1[k];
      for (let i = 0; i < inputs; i++) row[i] += factor * w1[k * inputs + i];
    }
    weights.set(row, o * inputs);
    bias[o] = offset;
  }
  return [weights, bias];
}

/**
 * Merges the ReLU after a convolution, and a residual sum between the two, into onnxruntime's FusedConv, which adds a
 * second value and clips while the sums are at hand.
 */
export function fuseActivations(graph: Graph): Graph {
  const readers = consumers(graph);
  const onlyReader = (value: string) => {
    const list = readers.get(value);
    return list?.length === 1 ? list[0] : null;
  };
  const fusedInto = new Map<Node, Node>();
  for (const convolution of graph.nodes) {
    if (convolution.op !== "Conv") continue;
    const next = onlyReader(convolution.outputs[0]);
    const sum = next?.op === "Add" ? next : null;
    const relu = sum === null ? next : onlyReader(sum.outputs[0]);
    if (relu?.op !== "Relu" || fusedInto.has(relu)) continue;
    const residual = sum?.inputs.filter((input) => input !== convolution.outputs[0]) ?? [];
    const attributes = { ...convolution.attributes, activation: "Relu" };
    // The fused node takes the ReLU's place, where all that it reads is known.
    const inputs = [...convolution.inputs, ...residual];
    fusedInto.set(relu, node("FusedConv", inputs, relu.outputs[0], attributes, "com.microsoft"));
  }
  return prune({ ...graph, nodes: graph.nodes.map((each) => fusedInto.get(each) ?? each) });
}
