/** Line charts in the frame that the evaluation's charts use, colours as classes of the page's style sheet. */
import {
  type Axis,
  escapeText,
  type Frame,
  plot,
  px,
  type Scale,
  type Tick,
} from "../../../model/evaluate/report/plot.ts";

export interface Series {
  readonly name: string;
  /** Index of a colour. */
  readonly colour: number;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low?: number;
    readonly high?: number;
  }[];
}

export interface LineChart {
  readonly x: AxisKind;
  readonly y: AxisKind;
  readonly series: readonly Series[];
  readonly description: string;
}

export interface AxisKind {
  readonly title: string;
  readonly scale: "linear" | "log";
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
}

const frame: Frame = { width: 740, height: 340 };

export function lineChart({ x, y, series, description }: LineChart): string {
  const xAxis = axis(x, 0, frame.width);
  const yAxis = axis(y, frame.height, 0);
  const drawn = series.map(({ colour, points }) => {
    const place = (point: { x: number; y: number }) =>
      `${px(xAxis.scale(point.x))},${px(yAxis.scale(point.y))}`;
    const whiskers = points.map(({ x: at, low, high }) => {
      if (low === undefined || high === undefined) return "";
      const left = px(xAxis.scale(at));
      return `<line class="whisker c${colour}" x1="${left}" x2="${left}" y1="${px(yAxis.scale(low))}" y2="${px(yAxis.scale(high))}"/>`;
    });
    const dots = points.map(
      (point) =>
        `<circle class="dot c${colour}" cx="${px(xAxis.scale(point.x))}" cy="${px(yAxis.scale(point.y))}" r="4"/>`,
    );
    return `<polyline class="series c${colour}" points="${points.map(place).join(" ")}"/>${whiskers.join("")}${dots.join("")}`;
  });
  return `${plot(frame, xAxis, yAxis, { inside: drawn.join(""), description })}${legend(series)}`;
}

export function legend(entries: readonly { readonly name: string; readonly colour: number }[]): string {
  const items = entries.map(({ name, colour }) => `<span class="key c${colour}">${escapeText(name)}</span>`);
  return `<p class="keys">${items.join(" ")}</p>`;
}

function axis({ title, scale, from, to, ticks }: AxisKind, start: number, end: number): Axis {
  const through = scale === "log" ? Math.log : (value: number) => value;
  const [low, high] = [through(from), through(to)];
  const map: Scale = (value) => start + ((through(value) - low) / (high - low)) * (end - start);
  return { title, scale: map, ticks };
}

/** 1, 2, 5, 10, ... within a range. */
export function decadeTicks(from: number, to: number): Tick[] {
  const ticks: Tick[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(from)); decade <= to; decade *= 10) {
    for (const value of [decade, 2 * decade, 5 * decade]) {
      if (value >= from && value <= to) ticks.push({ value, label: value.toLocaleString("en-US") });
    }
  }
  return ticks;
}

export function evenTicks(to: number, count: number): Tick[] {
  const rough = to / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  return Array.from({ length: Math.floor(to / step) + 1 }, (_, i) => ({
    value: i * step,
    label: (i * step).toLocaleString("en-US"),
  }));
}
