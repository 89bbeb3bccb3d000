/** Error against share of images discarded: a small chart for each measure of quality, on one scale. */
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { DiscardPoint, ErrorVersusDiscard } from "../discard/discard.ts";
import { type Axis, percent, plot, px } from "./plot.ts";

const frame = { width: 230, height: 150 };

export function discardCharts({ measures, gate }: ErrorVersusDiscard): string {
  const ends = measures.flatMap(({ points }) =>
    points.flatMap(({ fnmr, interval }) => [fnmr, ...(interval ?? [])]),
  );
  const most = Math.max(...ends.filter(Number.isFinite), 0.001);
  const before = gate.before.value;
  return measures.map(({ title, points }) => discardChart(title, points, most, before)).join("\n");
}

function discardChart(title: string, points: readonly DiscardPoint[], most: number, before: number): string {
  const drawn = points.filter(({ fnmr }) => Number.isFinite(fnmr));
  const horizontal = scaleLinear([0, 0.1], [0, frame.width]);
  const vertical = scaleLinear([0, most * 1.05], [frame.height, 0]);
  const x: Axis = {
    title: `${title}: worst discarded`,
    scale: horizontal,
    ticks: [0, 0.02, 0.05, 0.1].map((value) => ({ value, label: percent(value) })),
  };
  const y: Axis = {
    title: "FNMR",
    scale: vertical,
    ticks: vertical.ticks(4).map((value) => ({ value, label: percent(value) })),
  };
  const curve = line<DiscardPoint>(
    ({ discarded }) => horizontal(discarded),
    ({ fnmr }) => vertical(fnmr),
  ).digits(1);
  const band = area<DiscardPoint>()
    .x(({ discarded }) => horizontal(discarded))
    .y0(({ fnmr, interval }) => vertical(interval?.[0] ?? fnmr))
    .y1(({ fnmr, interval }) => vertical(interval?.[1] ?? fnmr))
    .digits(1);
  const level = px(vertical(before));
  const last = drawn.at(-1);
  return plot(frame, x, y, {
    inside: `<line class="before" x2="${frame.width}" y1="${level}" y2="${level}"/><path class="band" d="${band(drawn) ?? ""}"/><path class="curve" d="${curve(drawn) ?? ""}"/>`,
    description: `${title}: FNMR ${percentage(before)} of all images${last === undefined ? "" : `, ${percentage(last.fnmr)} with ${percentage(last.discarded)} discarded`}`,
  });
}

function percentage(rate: number): string {
  return `${(rate * 100).toFixed(2)} %`;
}
