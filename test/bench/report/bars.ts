/** Horizontal bars, each with one part or with several in a row. */
import { escapeText, px } from "../../../model/evaluate/report/plot.ts";
import { evenTicks, legend } from "./lines.ts";

export interface Bar {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly colour: number; readonly value: number }[];
  /** Text at the end of the bar. */
  readonly label: string;
}

const left = 190;
const right = 90;
const width = 830;
const rowHeight = 34;
const thickness = 20;

export function barChart(title: string, bars: readonly Bar[], description: string): string {
  const span = width - left - right;
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const most = Math.max(...totals) * 1.02;
  const scale = (value: number) => (value / most) * span;
  const height = bars.length * rowHeight;
  const grid = evenTicks(most, 6).map(({ value, label }) => {
    const at = px(left + scale(value));
    return `<line class="grid" x1="${at}" x2="${at}" y2="${height}"/><text x="${at}" y="${height + 18}" text-anchor="middle">${label}</text>`;
  });
  const drawn = bars.map(({ name, parts, label }, index) => {
    const middle = index * rowHeight + rowHeight / 2;
    let from = left;
    const rects = parts.map(({ name: part, colour, value }) => {
      const rect = `<rect class="fill c${colour}" x="${px(from)}" y="${middle - thickness / 2}" width="${px(scale(value))}" height="${thickness}"><title>${escapeText(part)}: ${value.toFixed(1)}</title></rect>`;
      from += scale(value);
      return rect;
    });
    return `<text class="axis" x="${left - 12}" y="${middle}" dy="0.34em" text-anchor="end">${escapeText(name)}</text>${rects.join("")}<text x="${px(from + 8)}" y="${middle}" dy="0.34em">${escapeText(label)}</text>`;
  });
  const named = new Map(bars.flatMap(({ parts }) => parts.map((part) => [part.name, part] as const)));
  const keys =
    named.size > bars.length || bars.some(({ parts }) => parts.length > 1) ? legend([...named.values()]) : "";
  return `<svg viewBox="0 0 ${width} ${height + 46}" role="img" aria-label="${escapeText(description)}">${grid.join("")}${drawn.join("")}<text class="axis" x="${left + span / 2}" y="${height + 40}" text-anchor="middle">${escapeText(title)}</text></svg>${keys}`;
}
