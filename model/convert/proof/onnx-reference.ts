/**
 * Executes an ONNX source as it is, in onnxruntime: the file is handed over unread. For a recipe that keeps fewer
 * numbers than the source puts out, the result is projected on the directions of its last layer.
 */
import type { Graph } from "../graph.ts";
import { floatsOf } from "../graph.ts";
import { openSession } from "../onnx/session.ts";
import { lastLayer, mainDirections, project } from "../rewrite/directions.ts";

/** `source` is the same file as read by the build: it names the last layer. Inputs are NHWC. */
export async function onnxReference(
  bytes: Uint8Array,
  source: Graph,
  directions: number | undefined,
): Promise<(input: Float32Array) => Promise<Float32Array[]>> {
  const { shape } = source.input;
  const session = await openSession(bytes, shape);
  const [layer] = lastLayer(source);
  const size = source.outputs[0].shape[1];
  const rows = directions && mainDirections(floatsOf(source, layer.inputs[1]), size, directions);
  return async (input) => {
    const [output] = (await session.run(toNchw(input, shape))).values();
    return [rows ? project(rows, output, size) : output];
  };
}

function toNchw(image: Float32Array, [, channels, height, width]: readonly number[]): Float32Array {
  const pixels = height * width;
  return image.map((_, i) => image[(i % pixels) * channels + Math.floor(i / pixels)]);
}
