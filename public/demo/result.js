// @ts-check
/** An answer of the API, as people read it. */
import { copyable, element } from "../docs/dom.js";
import { distanceChart } from "./chart.js";
import { faceCard } from "./face-card.js";
import { timeBar } from "./time-bar.js";
import { oneIn, reasonWords, strangersWords } from "./words.js";

/**
 * @typedef {{
 *   distances: import("./chart.js").Histograms | null,
 *   quality_limits: Record<string, number>,
 *   default_max_fmr: number,
 *   key: string | null,
 *   browser: boolean,
 * }} Settings
 */

/** @param {string} action @param {import("./api.js").Answer} answer @param {Settings} settings */
export function showResult(action, answer, settings) {
  const { ok, body } = answer;
  if (!ok) return [showError(body), raw(body)];
  /** @type {HTMLElement[]} */
  const parts = [verdict(action, body)];
  const distance = body.distance ?? body.candidates?.[0]?.distance;
  if (settings.distances !== null && body.threshold !== undefined) {
    parts.push(distanceChart(settings.distances, body.threshold, distance));
  }
  const cards = facesOf(body).map(({ title, face }) => faceCard(title, face, settings.quality_limits));
  return [...parts, ...cards, timeBar(answer), raw(body)];
}

/** @param {any} body @returns {{ title: string, face: import("./api.js").Face }[]} */
export function facesOf(body) {
  return [
    ["Face", body.face],
    ["First face", body.face_a],
    ["Second face", body.face_b],
  ].flatMap(([title, face]) => (face === undefined ? [] : [{ title, face }]));
}

/** @param {string} action @param {any} body */
function verdict(action, body) {
  if (action === "enrol") {
    return headline(
      "good",
      "Enrolled",
      `${body.subject_id} can be verified and identified now. The photo was not kept.`,
    );
  }
  if (action === "identify") return candidates(body);
  const same = action === "compare" ? "The same person" : "Match";
  const other = action === "compare" ? "Not the same person" : "No match";
  const rate = `At the rate you chose, ${oneIn(body.max_fmr)} strangers would pass.`;
  return headline(
    body.match ? "good" : "bad",
    body.match ? same : other,
    `${strangersWords(body.fmr)} ${rate}`,
  );
}

/** @param {any} body */
function candidates({ candidates, more_candidates, gallery_size, max_fpir }) {
  const searched = `${gallery_size} enrolled ${gallery_size === 1 ? "face was" : "faces were"} compared. A search for a stranger names somebody at most ${oneIn(max_fpir)} times.`;
  if (candidates.length === 0) return headline("bad", "Nobody who is enrolled", searched);
  // Without distances they come by their ids: none of several is known to be the closest.
  const several = candidates.length > 1 && candidates[0].distance === undefined;
  const found = headline("good", several ? "One of these" : candidates[0].subject_id, searched);
  const rows = candidates.map((/** @type {any} */ { subject_id, distance, fmr }) =>
    element(
      "li",
      {},
      element("strong", {}, subject_id),
      ` ${distance?.toFixed(3) ?? ""} ${strangersWords(fmr)}`,
    ),
  );
  if (more_candidates) rows.push(element("li", {}, "and others"));
  found.append(element("ol", { class: "candidates" }, ...rows));
  return found;
}

/** @param {any} body */
export function showError({ error }) {
  const problem = headline("bad", "That did not work", error.message);
  const reasons = (error.details?.reasons ?? []).map((/** @type {string} */ reason) =>
    element("li", {}, reasonWords(reason)),
  );
  if (reasons.length > 0) problem.append(element("ul", { class: "reasons" }, ...reasons));
  problem.append(element("p", { class: "note" }, "Code: ", element("code", {}, error.code)));
  return problem;
}

/** @param {"good" | "bad"} tone @param {string} title @param {string} text */
export function headline(tone, title, text) {
  return element(
    "div",
    { class: `verdict ${tone}` },
    element("h2", {}, title),
    element("p", {}, text.trim()),
  );
}

/** @param {any} body */
export function raw(body) {
  const text = JSON.stringify(body, (name, value) => (name === "crop" ? `${value.slice(0, 24)}…` : value), 2);
  return element(
    "details",
    { class: "raw" },
    element("summary", {}, "The answer itself"),
    copyable(text, "the answer"),
  );
}
