/**
 * Shortens the output of a last layer y = W x + b whose W hardly reaches some directions: an embedding needs only as
 * many numbers as there are directions that it uses. With the singular vectors U of W, U' y = (U' W) x + U' b has the
 * same distances as y, as far as the directions left out are empty.
 */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { Constant, Graph, Node } from "../graph.ts";
import { floats, floatsOf, integers, prune } from "../graph.ts";

/** Returns the `count` directions of the largest singular values of W [outputs, inputs], one row each. */
export function mainDirections(weights: Float32Array, outputs: number, count: number): Float32Array {
  const inputs = weights.length / outputs;
  const matrix = Matrix.from1DArray(outputs, inputs, Array.from(weights));
  const { leftSingularVectors } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const rows = new Float32Array(count * outputs);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < outputs; i++) rows[row * outputs + i] = leftSingularVectors.get(i, row);
  }
  return rows;
}

/** Multiplies `rows` [count, size] by `columns` [size, width], in double precision. */
export function project(rows: Float32Array, columns: Float32Array, size: number): Float32Array {
  const [count, width] = [rows.length / size, columns.length / size];
  const product = new Float32Array(count * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    sums.fill(0);
    for (let k = 0; k < size; k++) {
      const factor = rows[row * size + k];
      for (let i = 0; i < width; i++) sums[i] += factor * columns[k * width + i];
    }
    product.set(sums, row * width);
  }
  return product;
}

/** Returns the network with `count` outputs. Its last layer is a 1x1 convolution of one pixel, then flattened. */
export function keepDirections(graph: Graph, count: number): Graph {
  const [last, flatten] = lastLayer(graph);
  const [outputs, inputs] = graph.constants.get(last.inputs[1])!.shape;
  const rows = mainDirections(floatsOf(graph, last.inputs[1]), outputs, count);
  const [weights, bias] = last.inputs.slice(1).map((name) => project(rows, floatsOf(graph, name), outputs));
  const constants = new Map<string, Constant>(graph.constants)
    .set("directions", floats([count, inputs, 1, 1], weights))
    .set("directions/bias", floats([count], bias))
    .set("directions/flat", integers([1, count]));
  const layer = { ...last, inputs: [last.inputs[0], "directions", "directions/bias"] };
  const flat = { ...flatten, inputs: [last.outputs[0], "directions/flat"] };
  const [output] = graph.outputs;
  return prune({
    ...graph,
    outputs: [{ ...output, shape: [1, count] }],
    nodes: graph.nodes.map((each) => (each === last ? layer : each === flatten ? flat : each)),
    constants,
    shapes: new Map([...graph.shapes, [last.outputs[0], [1, count, 1, 1]], [output.name, [1, count]]]),
  });
}

export function lastLayer({ nodes }: Graph): [layer: Node, flatten: Node] {
  const [layer, flatten] = nodes.slice(-2);
  if (layer?.op !== "Conv" || flatten?.op !== "Reshape")
    throw new Error("the network ends in something else");
  return [layer, flatten];
}
