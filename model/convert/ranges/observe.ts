/**
 * Observes the ranges of each channel of intermediate values over inputs from photos. It makes two passes, one for
 * extremes and one for histograms, from which it chooses the range with the least error of 8-bit quantization.
 */
import type { Graph } from "../graph.ts";
import { openSession } from "../onnx/session.ts";
import { writeOnnx } from "../onnx/writer.ts";
import type { Channel, Range } from "../quantize/affine.ts";

const bins = 512;

interface Seen {
  low: number;
  high: number;
  sum: number;
  readonly histogram: Float64Array;
}

/** Observes each channel of each named value of the (float32) graph, over all inputs. */
export async function observeRanges(
  graph: Graph,
  names: readonly string[],
  inputs: readonly Float32Array[],
): Promise<Map<string, Channel[]>> {
  const outputs = names.map((name) => ({ name, shape: graph.shapes.get(name)! }));
  const session = await openSession(writeOnnx({ ...graph, outputs }), graph.input.shape);
  const seen = new Map(
    outputs.map(({ name, shape }): [string, Seen[]] => [
      name,
      Array.from({ length: shape[1] }, () => ({
        low: 0,
        high: 0,
        sum: 0,
        histogram: new Float64Array(bins),
      })),
    ]),
  );
  const watch = async (see: (channel: Seen, values: Float32Array) => void) => {
    for (const input of inputs) {
      for (const [name, values] of await session.run(input)) {
        const channels = seen.get(name)!;
        const length = values.length / channels.length;
        for (const [c, channel] of channels.entries())
          see(channel, values.subarray(c * length, (c + 1) * length));
      }
    }
  };
  await watch((channel, values) => {
    for (const value of values) {
      if (value < channel.low) channel.low = value;
      if (value > channel.high) channel.high = value;
      channel.sum += value / values.length;
    }
  });
  await watch(({ low, high, histogram }, values) => {
    const perValue = bins / (high - low);
    if (high === low) return;
    for (const value of values) histogram[Math.min(bins - 1, Math.floor((value - low) * perValue))]++;
  });
  await session.release();
  return new Map(
    [...seen].map(([name, channels]) => [
      name,
      channels.map((channel) => ({ ...rangeOfLeastError(channel), mean: channel.sum / inputs.length })),
    ]),
  );
}

/** Shares of the observed extremes that are tried as ends of the range. */
const candidates = Array.from({ length: 24 }, (_, i) => 1 - 0.04 * i);

/**
 * Weight of rounding against cutting off. What is cut off is lost in the same way for all photos of a face, while
 * rounding differs with each. At 5 instead of 2, the first network's fine codes need a quarter fewer products, and an
 * embedding's cosine to float32's is 0.0001 less.
 */
const roundingWeight = 5;

/** A channel that is always 0 still needs a range. */
const least: Range = { low: 0, high: 1e-3 };

/**
 * Returns the range with the least error: values inside are off by a uniform rounding error (step^2 / 12), values
 * outside by their distance to its end.
 */
export function rangeOfLeastError({ histogram, low, high }: Pick<Seen, "histogram" | "low" | "high">): Range {
  if (high === low) return least;
  const width = (high - low) / histogram.length;
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let best = { low, high };
  let smallest = Number.POSITIVE_INFINITY;
  for (const lowShare of low < 0 ? candidates : [1]) {
    for (const highShare of high > 0 ? candidates : [1]) {
      const range = { low: low * lowShare, high: high * highShare };
      let error = (roundingWeight * total * ((range.high - range.low) / 255) ** 2) / 12;
      for (let bin = 0; bin < histogram.length; bin++) {
        const value = low + (bin + 0.5) * width;
        const outside = value < range.low ? range.low - value : Math.max(0, value - range.high);
        error += histogram[bin] * outside ** 2;
      }
      if (error < smallest) {
        smallest = error;
        best = range;
      }
    }
  }
  return best;
}
