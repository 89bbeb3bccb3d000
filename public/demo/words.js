// @ts-check
/** Numbers and codes in sentences. */

const reasons = /** @type {Record<string, string>} */ ({
  face_too_small: "The face is too small: come closer.",
  blurred: "The face is blurred: hold still.",
  too_dark: "It is too dark: find more light.",
  too_bright: "It is too bright: find less light.",
  extreme_pose: "The face is turned away: look at the camera.",
  cut_off: "The face is cut off: move it into the picture.",
  occluded: "Something covers the face: take off mask, sunglasses or scarf.",
  unrecognizable: "The face cannot be told from others: take another photo.",
});

/** @param {string} reason */
export function reasonWords(reason) {
  return reasons[reason] ?? reason;
}

/** A rate as people say it. @param {number} rate */
export function oneIn(rate) {
  if (rate >= 0.1) return `${Math.round(100 * rate)} in 100`;
  return `1 in ${new Intl.NumberFormat("en").format(Number((1 / rate).toPrecision(2)))}`;
}

/** @param {number | string | undefined} fmr as the API gives it */
export function strangersWords(fmr) {
  if (fmr === undefined) return "";
  if (typeof fmr === "string") return `Fewer than ${oneIn(Number(fmr.slice(2)))} strangers come this close.`;
  if (fmr >= 0.999) return "Strangers are usually closer than this.";
  return `About ${oneIn(fmr)} strangers come this close.`;
}
