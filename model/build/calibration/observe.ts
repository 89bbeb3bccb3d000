/**
 * Ranges of intermediate values over calibration inputs: two passes, extremes and then histograms,
 * from which the range with the least squared error of 8-bit quantization is chosen.
 */
import type { Graph } from "../graph.ts";
import { openSession } from "../onnx/session.ts";
import { writeOnnx } from "../onnx/writer.ts";
import type { Range } from "../quantize/affine.ts";

const bins = 2048;

/** Of each named value of the (float32) graph, over all inputs. */
export async function observeRanges(
  graph: Graph,
  names: readonly string[],
  inputs: readonly Float32Array[],
): Promise<Map<string, Range>> {
  const outputs = names.map((name) => ({ name, shape: graph.shapes.get(name)! }));
  const session = await openSession(writeOnnx({ ...graph, outputs }), graph.input.shape);
  const extremes = new Map(names.map((name) => [name, { low: 0, high: 0 }]));
  for (const input of inputs) {
    for (const [name, values] of await session.run(input)) {
      const extreme = extremes.get(name)!;
      for (const value of values) {
        if (value < extreme.low) extreme.low = value;
        if (value > extreme.high) extreme.high = value;
      }
    }
  }
  const histograms = new Map(names.map((name) => [name, new Float64Array(bins)]));
  for (const input of inputs) {
    for (const [name, values] of await session.run(input)) {
      const histogram = histograms.get(name)!;
      const { low, high } = extremes.get(name)!;
      const perValue = bins / (high - low);
      for (const value of values) histogram[Math.min(bins - 1, Math.floor((value - low) * perValue))]++;
    }
  }
  await session.release();
  return new Map(names.map((name) => [name, rangeOfLeastError(histograms.get(name)!, extremes.get(name)!)]));
}

/** Shares of the observed extremes that are tried as ends of the range. */
const candidates = Array.from({ length: 36 }, (_, i) => 1 - 0.02 * i);

/**
 * Values inside the range are off by a uniform rounding error (step^2 / 12), values outside by their
 * distance to its end.
 */
export function rangeOfLeastError(histogram: Float64Array, { low, high }: Range): Range {
  const width = (high - low) / histogram.length;
  let best = { low, high };
  let least = Number.POSITIVE_INFINITY;
  for (const lowShare of low < 0 ? candidates : [1]) {
    for (const highShare of candidates) {
      const range = { low: low * lowShare, high: high * highShare };
      const rounding = ((range.high - range.low) / 255) ** 2 / 12;
      let error = 0;
      for (let bin = 0; bin < histogram.length; bin++) {
        const value = low + (bin + 0.5) * width;
        const outside = value < range.low ? range.low - value : Math.max(0, value - range.high);
        error += histogram[bin] * (outside === 0 ? rounding : outside ** 2);
      }
      if (error < least) {
        least = error;
        best = range;
      }
    }
  }
  return best;
}
