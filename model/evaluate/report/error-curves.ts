/** The DET curve and the ROC curve: the same trials on the axes that each tradition uses. */
import { scaleLinear, scaleLog } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import type { Evaluation } from "../evaluate.ts";
import { reportedFmrs } from "../evaluate.ts";
import { type DetPoint, detPoints } from "../statistics/metrics.ts";
import { probit } from "../statistics/probit.ts";
import { type Axis, percent, plot, px, type Scale } from "./plot.ts";

const frame = { width: 620, height: 460 };

/**
 * Draws the DET curve on normal-deviate axes (Martin et al., 1997), where normal scores give straight lines. Lower
 * left is better.
 */
export function detChart(evaluation: Evaluation): string {
  const points = detPoints(evaluation.curve);
  const rates = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.4];
  const leastFmr = Math.max(5e-7, evaluation.lowestSupportedFmr / 2);
  const leastFnmr = Math.max(2e-4, leastPositive(points.map((point) => point.fnmr)) / 2);
  const x = probitAxis("False match rate", [leastFmr, 0.5], [0, frame.width], rates);
  const y = probitAxis(
    "False non-match rate",
    [leastFnmr, 0.5],
    [frame.height, 0],
    [...rates, 0.002, 0.005, 0.02, 0.1],
  );
  return errorChart(evaluation, points, x, y, (tar) => 1 - tar, "Detection error trade-off");
}

/** Draws the true accept rate over FMR on a logarithmic axis. Upper left is better. */
export function rocChart(evaluation: Evaluation): string {
  const points = detPoints(evaluation.curve);
  const leastFmr = Math.max(5e-7, evaluation.lowestSupportedFmr / 2);
  const leastTar = Math.floor(Math.min(0.9, tarNear(points, evaluation.lowestSupportedFmr)) * 20) / 20;
  const logarithmic = scaleLog([leastFmr, 1], [0, frame.width]).clamp(true);
  const linear = scaleLinear([leastTar, 1], [frame.height, 0]).clamp(true);
  const x: Axis = {
    title: "False match rate",
    scale: logarithmic,
    ticks: [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]
      .filter((value) => value >= leastFmr)
      .map((value) => ({ value, label: percent(value) })),
  };
  const y: Axis = {
    title: "True accept rate",
    scale: linear,
    ticks: linear.ticks(6).map((value) => ({ value, label: percent(value) })),
  };
  return errorChart(evaluation, points, x, y, (tar) => tar, "Receiver operating characteristic");
}

/** @param fromTar gives the value of the y axis for a TAR */
function errorChart(
  evaluation: Evaluation,
  points: readonly DetPoint[],
  x: Axis,
  y: Axis,
  fromTar: (tar: number) => number,
  name: string,
): string {
  const curve = line<DetPoint>(
    (point) => x.scale(point.fmr),
    (point) => y.scale(fromTar(1 - point.fnmr)),
  )
    .curve(curveStepAfter)
    .digits(1);
  const band = area<Evaluation["band"][number]>()
    .x(({ fmr }) => x.scale(fmr))
    .y0(({ tar }) => y.scale(fromTar(tar[0])))
    .y1(({ tar }) => y.scale(fromTar(tar[1])))
    .digits(1);
  const unsupported = Math.max(0, x.scale(evaluation.lowestSupportedFmr));
  const inside = [
    `<rect class="unsupported" width="${px(unsupported)}" height="${frame.height}"><title>Fewer impostor trials than a claim at this rate needs (rule of 3)</title></rect>`,
    `<path class="band" d="${band(evaluation.band)}"/>`,
    `<path class="curve" d="${curve(toTheEnd(points))}"/>`,
  ];
  return plot(frame, x, y, {
    inside: inside.join(""),
    over: operatingPoints(evaluation, x.scale, y.scale, fromTar, fromTar(1) === 0 ? "above" : "below"),
    description: `${name}: ${describe(evaluation)}`,
  });
}

function operatingPoints(
  evaluation: Evaluation,
  x: Scale,
  y: Scale,
  fromTar: (tar: number) => number,
  side: "above" | "below",
): string {
  return reportedFmrs
    .map((fmr) => {
      const point = evaluation.tarAtFmr[fmr];
      if (point === null) return "";
      const rate = fromTar(point.value);
      const at = { x: x(Number(fmr)), y: y(rate) };
      return `<circle class="point" cx="${px(at.x)}" cy="${px(at.y)}" r="4"><title>FMR ${fmr}, distance ${point.threshold.toFixed(4)}</title></circle><text class="label" x="${px(at.x + 8)}" y="${px(at.y + (side === "above" ? -8 : 18))}">${percent(Number((rate * 100).toFixed(2)) / 100)}</text>`;
    })
    .join("");
}

function describe(evaluation: Evaluation): string {
  return reportedFmrs
    .flatMap((fmr) => {
      const point = evaluation.tarAtFmr[fmr];
      return point === null ? [] : [`at FMR ${fmr} FNMR is ${(1 - point.value).toFixed(4)}`];
    })
    .join("; ");
}

function probitAxis(
  title: string,
  [least, greatest]: readonly [number, number],
  range: readonly [number, number],
  rates: readonly number[],
): Axis {
  const linear = scaleLinear([probit(least), probit(greatest)], range).clamp(true);
  return {
    title,
    scale: (rate) => linear(probit(rate)),
    ticks: rates
      .filter((rate) => rate >= least && rate <= greatest)
      .map((value) => ({ value, label: percent(value) })),
  };
}

/** Extends the curve beyond the farthest genuine trial: FNMR stays the same up to the threshold that accepts everyone. */
function toTheEnd(points: readonly DetPoint[]): DetPoint[] {
  const { fnmr = 1 } = points.at(-1) ?? {};
  return [...points, { threshold: 2, fmr: 1, fnmr }];
}

function leastPositive(values: readonly number[]): number {
  return values.reduce((least, value) => (value > 0 && value < least ? value : least), 1);
}

function tarNear(points: readonly DetPoint[], fmr: number): number {
  const before = points.findLast((point) => point.fmr <= fmr);
  return before === undefined ? 0 : 1 - before.fnmr;
}
