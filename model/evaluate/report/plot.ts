/**
 * The frame that every chart shares: an SVG with two scales, gridlines at ticks, and axis titles.
 * Colours are classes of the page's style sheet, so that one SVG serves light and dark.
 */

/** Maps data to px within the frame. */
export type Scale = (value: number) => number;

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export interface Axis {
  readonly title: string;
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
}

export interface Frame {
  readonly width: number;
  readonly height: number;
}

const margin = { top: 12, right: 26, bottom: 48, left: 64 };

/**
 * Draws the frame.
 *
 * @param inside SVG in frame coordinates: (0, 0) is the top left corner of the plotting area, to which it is clipped
 * @param over the same, drawn on top and not clipped, for labels
 * @param description text for screen readers
 */
export function plot(
  { width, height }: Frame,
  x: Axis,
  y: Axis,
  parts: { inside: string; over?: string; description: string },
): string {
  const vertical = x.ticks.map(({ value, label }) => {
    const at = px(x.scale(value));
    return `<line class="grid" x1="${at}" x2="${at}" y2="${height}"/><text x="${at}" y="${height + 20}" text-anchor="middle">${label}</text>`;
  });
  const horizontal = y.ticks.map(({ value, label }) => {
    const at = px(y.scale(value));
    return `<line class="grid" x2="${width}" y1="${at}" y2="${at}"/><text x="-10" y="${at}" dy="0.34em" text-anchor="end">${label}</text>`;
  });
  const total = {
    width: width + margin.left + margin.right,
    height: height + margin.top + margin.bottom,
  };
  return `<svg viewBox="0 0 ${total.width} ${total.height}" role="img"><title>${escapeText(parts.description)}</title>
<g transform="translate(${margin.left} ${margin.top})">
${vertical.join("")}${horizontal.join("")}
<text class="axis" x="${width / 2}" y="${height + 42}" text-anchor="middle">${x.title}</text>
<text class="axis" transform="translate(-50 ${height / 2}) rotate(-90)" text-anchor="middle">${y.title}</text>
<svg width="${width}" height="${height}" overflow="hidden" aria-hidden="true">${parts.inside}</svg>
<rect class="frame" width="${width}" height="${height}"/>
${parts.over ?? ""}</g></svg>`;
}

/** Rounds coordinates to a tenth of a px: a thousand points then take a third of the bytes. */
export function px(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

/** Formats a rate as "0.01 %". */
export function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(6))} %`;
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
