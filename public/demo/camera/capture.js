// @ts-check
/** The guided camera, from the engine for pages. It looks at the camera here and sends nothing. */
import { element } from "../../docs/dom.js";

/** @typedef {typeof import("../../../browser/index.ts")} EngineModule */

// The module is built, so its address is no path of this folder.
const address = "/browser/sameface.js";

/**
 * Makes a guided camera. Rejects where the service gives no engine.
 * @returns {Promise<import("../../../browser/index.ts").SamefaceCapture>}
 */
export async function createCapture() {
  const { defineCapture } = /** @type {EngineModule} */ (await import(address));
  defineCapture();
  return /** @type {any} */ (element(/** @type {any} */ ("sameface-capture"), { class: "capture" }));
}

/**
 * Listens to one of the element's events.
 * @template {keyof import("../../../browser/index.ts").CaptureEvents} Name
 * @param {HTMLElement} capture
 * @param {Name} name
 * @param {(detail: import("../../../browser/index.ts").CaptureEvents[Name]) => void} listener
 */
export function onCapture(capture, name, listener) {
  capture.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
}
