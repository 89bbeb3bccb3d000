/** Puts softmax back together: e / sum(e) with e = exp(x - max(x)), over the last axis. */
import type { Graph, Node } from "../graph.ts";
import { node, producers, prune } from "../graph.ts";

export function foldSoftmax(graph: Graph): Graph {
  const producer = producers(graph);
  const nodes = graph.nodes.map((each) => {
    const x = matchSoftmax(producer, each);
    return x === null ? each : node("Softmax", [x], each.outputs[0], { axis: -1 });
  });
  return prune({ ...graph, nodes });
}

/** Returns the name of x when `quotient` is its softmax. */
function matchSoftmax(producer: ReadonlyMap<string, Node>, quotient: Node): string | null {
  if (quotient.op !== "Div") return null;
  const [exponential, sum] = quotient.inputs.map((input) => producer.get(input));
  if (exponential?.op !== "Exp" || sum?.op !== "ReduceSum" || sum.inputs[0] !== quotient.inputs[0])
    return null;
  const shifted = producer.get(exponential.inputs[0]);
  if (shifted?.op !== "Sub") return null;
  const maximum = producer.get(shifted.inputs[1]);
  return maximum?.op === "ReduceMax" && maximum.inputs[0] === shifted.inputs[0] ? shifted.inputs[0] : null;
}
