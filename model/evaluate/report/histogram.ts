/** Histogram of the distances between two photos of one person, and between photos of two people. */
import { scaleLinear, scaleLog } from "d3-scale";
import { area, curveStepAfter } from "d3-shape";
import type { Evaluation } from "../evaluate.ts";
import { type Axis, plot, px } from "./plot.ts";

const frame = { width: 620, height: 320 };
/** Width of a bin, as a distance. */
const binWidth = 0.02;

interface Bin {
  /** Lower end of the bin, as a distance. */
  readonly from: number;
  /** Share of the kind's trials in the bin. */
  readonly share: number;
}

/**
 * @param axis linear shows the bulk of both, logarithmic the tails that decide about errors
 * @param threshold drawn as a line, if there is one
 */
export function histogramChart(
  { source }: Evaluation,
  axis: "linear" | "logarithmic",
  threshold: number | null,
): string {
  const genuine = countBins(source.genuineDistance);
  const impostor = countBins(source.impostorDistance);
  const shares = [...genuine, ...impostor].map((bin) => bin.share).filter((share) => share > 0);
  const greatest = Math.max(...shares);
  const least = 10 ** Math.floor(Math.log10(Math.min(...shares)));
  const occupied = [...genuine, ...impostor].filter((bin) => bin.share > 0).map((bin) => bin.from);
  const horizontal = scaleLinear(
    [Math.min(...occupied) - 0.05, Math.max(...occupied) + 0.07],
    [0, frame.width],
  );
  const vertical =
    axis === "linear"
      ? scaleLinear([0, greatest * 1.08], [frame.height, 0])
      : scaleLog([least / 2, greatest * 2], [frame.height, 0]).clamp(true);
  const x: Axis = {
    title: "Distance",
    scale: horizontal,
    ticks: horizontal.ticks(9).map((value) => ({ value, label: value.toFixed(1) })),
  };
  const exponents = Array.from({ length: Math.round(-Math.log10(least)) }, (_, k) => -1 - k);
  const y: Axis = {
    title: "Share of trials",
    scale: vertical,
    ticks:
      axis === "linear"
        ? vertical.ticks(5).map((value) => ({ value, label: `${Number((value * 100).toPrecision(2))} %` }))
        : exponents.map((exponent) => ({ value: 10 ** exponent, label: powerOfTen(exponent) })),
  };
  const shape = area<Bin>()
    .x((bin) => horizontal(bin.from))
    .y0(frame.height)
    .y1((bin) => (bin.share > 0 ? vertical(bin.share) : frame.height))
    .curve(curveStepAfter)
    .digits(1);
  const at = threshold === null ? null : px(horizontal(threshold));
  const marker =
    at === null
      ? ""
      : `<line class="threshold" x1="${at}" x2="${at}" y2="${frame.height}"><title>Threshold in use: ${threshold?.toFixed(4)}</title></line>`;
  return plot(frame, x, y, {
    inside: `<path class="impostor" d="${shape(impostor)}"/><path class="genuine" d="${shape(genuine)}"/>${marker}`,
    over: at === null ? "" : `<text class="label" x="${at}" y="16" dx="-6" text-anchor="end">match</text>`,
    description: `Distances of genuine and impostor trials, ${axis} axis`,
  });
}

/** Counts every bin from 0 to 2; unacquired trials (Infinity) are in none. */
function countBins(distances: Float32Array): Bin[] {
  const counts = new Float64Array(Math.round(2 / binWidth) + 1);
  for (const distance of distances) {
    if (Number.isFinite(distance)) counts[Math.min(counts.length - 1, Math.floor(distance / binWidth))]++;
  }
  return Array.from(counts, (count, k) => ({ from: k * binWidth, share: count / distances.length }));
}

function powerOfTen(exponent: number): string {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  return `10⁻${[...String(-exponent)].map((digit) => digits[Number(digit)]).join("")}`;
}
