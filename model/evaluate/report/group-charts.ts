/** Rates by group: a row for each group, its rate as a point and its interval as a line, on a logarithmic axis. */
import { scaleLog } from "d3-scale";
import type { GroupRate, GroupsSummary } from "../groups/groups-summary.ts";
import { escapeText, percent, px } from "./plot.ts";

const rowHeight = 26;
const labelWidth = 190;
const chartWidth = 560;

/** Draws FMR within and between groups, FNMR and failures. */
export function groupCharts(groups: GroupsSummary): string {
  const fmr = { ...groups.fmr_within, ...groups.fmr_between };
  return [
    chart("False match rate within and between groups", fmr, groups.max_fmr),
    chart("False non-match rate", groups.fnmr),
    chart("Failure to acquire", groups.failure_to_acquire),
  ].join("\n");
}

/** @param promised rate to mark */
function chart(title: string, rates: Readonly<Record<string, GroupRate>>, promised?: number): string {
  const shown = Object.entries(rates).filter(([, rate]) => rate.value !== null);
  if (shown.length === 0) return "";
  const ends = [
    ...shown.flatMap(([, { value, ci95 }]) => [value as number, ...(ci95 ?? [])]),
    ...(promised === undefined ? [] : [promised]),
  ].filter((end) => end > 0);
  const low = ends.length === 0 ? 1e-4 : Math.min(...ends) / 1.5;
  const high = ends.length === 0 ? 1 : Math.max(...ends) * 1.5;
  const x = scaleLog([low, high], [0, chartWidth]).clamp(true);
  const height = rowHeight * shown.length;
  const decades = x.ticks().filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6));
  const ticks = decades.length >= 2 ? decades : [low * 1.5, high / 1.5];
  const grid = ticks.map((tick) => {
    const at = px(x(tick));
    return `<line class="grid" x1="${at}" x2="${at}" y2="${height}"/><text x="${at}" y="${height + 18}" text-anchor="middle">${percent(Number(tick.toPrecision(2)))}</text>`;
  });
  const mark =
    promised === undefined
      ? ""
      : `<line class="threshold" x1="${px(x(promised))}" x2="${px(x(promised))}" y2="${height}"/>`;
  const rows = shown.map(([name, { value, ci95 }], row) => {
    const y = px(rowHeight * (row + 0.5));
    const [from, to] = ci95 ?? [value as number, value as number];
    return `<text x="-12" y="${y}" dy="0.34em" text-anchor="end">${escapeText(name)}</text><line class="curve" x1="${px(x(from))}" x2="${px(x(to))}" y1="${y}" y2="${y}"/><circle class="point" cx="${px(x(value as number))}" cy="${y}" r="4.5"/>`;
  });
  const spoken = shown.map(([name, { value }]) => `${name} ${percent(value as number)}`).join(", ");
  return `<h3>${title}</h3>
<svg viewBox="0 0 ${labelWidth + chartWidth + 40} ${height + 34}" role="img"><title>${escapeText(`${title}: ${spoken}`)}</title>
<g transform="translate(${labelWidth} 6)">${grid.join("")}${mark}${rows.join("")}</g></svg>`;
}
