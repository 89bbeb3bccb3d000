// @ts-check
/** Card of one face of an answer: the crop that the encoder saw, and its quality. */
import { element } from "../docs/dom.js";
import { reasonWords } from "./words.js";

/**
 * A measure of quality, the range that it is drawn in, and the part of it that is good.
 * @typedef {{ name: string, label: string, unit: string, from: number, to: number, low: number, high: number, digits: number }} Measure
 */

/** @param {Record<string, number>} limits @returns {Measure[]} */
function measures(limits) {
  const {
    min_eye_distance_px,
    min_sharpness,
    min_brightness,
    max_brightness,
    max_yaw,
    max_pitch,
    min_in_frame,
    max_occlusion,
  } = limits;
  const turn = (/** @type {string} */ name, /** @type {number} */ limit) => ({
    ...{ name, label: name, unit: "°", from: -90, to: 90, low: -limit, high: limit, digits: 0 },
  });
  return [
    {
      name: "eye_distance_px",
      label: "between the eyes",
      unit: " px",
      from: 0,
      to: 160,
      low: min_eye_distance_px,
      high: 160,
      digits: 0,
    },
    {
      name: "sharpness",
      label: "sharpness",
      unit: "",
      from: 0,
      to: 0.3,
      low: min_sharpness,
      high: 0.3,
      digits: 3,
    },
    {
      name: "brightness",
      label: "brightness",
      unit: "",
      from: 0,
      to: 255,
      low: min_brightness,
      high: max_brightness,
      digits: 0,
    },
    turn("yaw", max_yaw),
    turn("pitch", max_pitch),
    {
      name: "in_frame",
      label: "in the picture",
      unit: "",
      from: 0,
      to: 1,
      low: min_in_frame,
      high: 1,
      digits: 2,
    },
    {
      name: "occlusion",
      label: "covered",
      unit: "",
      from: 0,
      to: 1,
      low: 0,
      high: max_occlusion,
      digits: 2,
    },
  ];
}

/** @param {Measure} measure @param {number} value */
function bar({ label, unit, from, to, low, high, digits }, value) {
  const place = (/** @type {number} */ at) => (100 * (Math.min(to, Math.max(from, at)) - from)) / (to - from);
  const good = element("div", { class: "good" });
  good.style.left = `${place(low)}%`;
  good.style.width = `${place(high) - place(low)}%`;
  const mark = element("div", { class: "mark" });
  mark.style.left = `${place(value)}%`;
  const fits = value >= low && (value <= high || high === to);
  return element(
    "div",
    { class: fits ? "measure" : "measure unfit" },
    element("dt", {}, label),
    element(
      "dd",
      {},
      element("div", { class: "bar", "aria-hidden": "true" }, good, mark),
      element("span", { class: "value" }, `${value.toFixed(digits)}${unit}`),
      element("span", { class: "visually-hidden" }, fits ? " (good)" : " (not good enough)"),
    ),
  );
}

/** @param {string} title @param {import("./api.js").Face} face @param {Record<string, number>} limits */
export function faceCard(title, { crop, quality }, limits) {
  const picture = element("div", { class: "crop" });
  if (crop !== undefined) {
    const shown = element("img", {
      src: `data:image/png;base64,${crop}`,
      width: "112",
      height: "112",
      alt: `${title}: the face turned upright and cut out, 112 by 112 pixels, as the encoder saw it`,
    });
    picture.append(shown, element("p", { class: "note" }, "what the encoder saw"));
  }
  const rows = measures(limits).map((measure) => bar(measure, quality[measure.name]));
  const unfit = quality.reasons.map((reason) => element("li", {}, reasonWords(reason)));
  const card = element(
    "section",
    { class: "face-card" },
    element("h3", {}, title),
    element("div", { class: "face-card-body" }, picture, element("dl", { class: "measures" }, ...rows)),
  );
  if (unfit.length > 0) card.append(element("ul", { class: "reasons" }, ...unfit));
  return card;
}
