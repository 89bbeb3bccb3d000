// @ts-check
/** Chart of a distance among those of one person's photos and of strangers', with the threshold. */
import { element } from "../docs/dom.js";

/** @typedef {{ binWidth: number, genuine: number[], impostor: number[] }} Histograms */

const size = { height: 236, left: 12, right: 12, top: 46, bottom: 34 };
const furthest = 1.8;

/** Letters keep their size, so a narrow screen gets a narrower drawing. */
function drawingWidth() {
  return matchMedia("(max-width: 34rem)").matches ? 320 : 640;
}

/** @param {number} distance */
function across(distance) {
  const { left, right } = size;
  return left + (Math.min(distance, furthest) / furthest) * (drawingWidth() - left - right);
}

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Draws a smooth line through the bins' middles, closed along the axis. @param {number[]} shares @param {number} binWidth */
function hill(shares, binWidth) {
  const floor = size.height - size.bottom;
  const highest = Math.max(...shares);
  const points = shares
    .map((share, bin) => ({
      x: across((bin + 0.5) * binWidth),
      y: floor - (share / highest) * (floor - size.top),
      within: (bin + 0.5) * binWidth <= furthest,
    }))
    .filter(({ within }) => within);
  const at = (/** @type {number} */ i) => points[Math.min(points.length - 1, Math.max(0, i))];
  let path = `M ${points[0].x} ${floor} L ${points[0].x} ${points[0].y}`;
  // Catmull-Rom: through each point in the direction from the one before to the one after.
  for (let i = 1; i < points.length; i++) {
    const [before, from, to, after] = [at(i - 2), at(i - 1), at(i), at(i + 1)];
    const first = `${from.x + (to.x - before.x) / 6} ${Math.min(floor, from.y + (to.y - before.y) / 6)}`;
    const second = `${to.x - (after.x - from.x) / 6} ${Math.min(floor, to.y - (after.y - from.y) / 6)}`;
    path += ` C ${first} ${second} ${to.x} ${to.y}`;
  }
  return `${path} L ${points.at(-1)?.x} ${floor} Z`;
}

/** Returns the distance at which a histogram has its peak. @param {number[]} shares @param {number} binWidth */
function peak(shares, binWidth) {
  return (shares.indexOf(Math.max(...shares)) + 0.5) * binWidth;
}

/**
 * @param {Histograms} histograms
 * @param {number} threshold
 * @param {number | undefined} distance unknown to keys without the scope for it
 */
export function distanceChart({ binWidth, genuine, impostor }, threshold, distance) {
  const floor = size.height - size.bottom;
  const said =
    distance === undefined
      ? `The threshold is ${threshold.toFixed(3)}.`
      : `The distance is ${distance.toFixed(3)}, ${distance <= threshold ? "within" : "beyond"} the threshold of ${threshold.toFixed(3)}.`;
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${drawingWidth()} ${size.height}`, role: "img", "aria-label": said },
    svg("path", { class: "hill genuine", d: hill(genuine, binWidth) }),
    svg("path", { class: "hill impostor", d: hill(impostor, binWidth) }),
    label(across(peak(genuine, binWidth)), floor - 12, "same person", "genuine"),
    label(across(peak(impostor, binWidth)), floor - 12, "strangers", "impostor"),
    svg("line", { class: "axis", x1: size.left, x2: drawingWidth() - size.right, y1: floor, y2: floor }),
    ...[0, 0.5, 1, 1.5].map((tick) => label(across(tick), floor + 18, tick.toFixed(1), "tick")),
    svg("line", { class: "threshold", x1: across(threshold), x2: across(threshold), y1: 24, y2: floor }),
    label(across(threshold), 16, `threshold ${threshold.toFixed(3)}`, "tick"),
  );
  if (distance !== undefined) {
    const x = across(distance);
    drawing.append(
      svg("line", { class: "distance", x1: x, x2: x, y1: 40, y2: floor }),
      svg("circle", { class: "distance", cx: x, cy: 40, r: 6 }),
      label(x, 32, distance.toFixed(3), "distance-label"),
    );
  }
  return element(
    "figure",
    { class: "chart" },
    drawing,
    element(
      "figcaption",
      {},
      said,
      " The curves are measured on photos of thousands of people, each to its own scale.",
    ),
  );
}

/** @param {number} x @param {number} y @param {string} text @param {string} kind */
function label(x, y, text, kind) {
  const anchor = x < 70 ? "start" : x > drawingWidth() - 70 ? "end" : "middle";
  return svg("text", { x, y, class: kind, "text-anchor": anchor, "aria-hidden": "true" }, text);
}
