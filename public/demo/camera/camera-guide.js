// @ts-check
/** Marks the face in the camera's moving picture. It sends small frames, so the user has to switch it on. */
import { element } from "../../docs/dom.js";
import { drawFace } from "../overlay.js";
import { reasonWords } from "../words.js";

const frameSidePx = 480;
/** Pause between the end of one look and the next. */
const pauseMs = 150;

export class CameraGuide {
  /** @type {AbortController | undefined} */ #running;

  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLCanvasElement} overlay
   * @param {(frame: Blob, signal: AbortSignal) => Promise<any>} detect
   */
  constructor(video, overlay, detect) {
    this.video = video;
    this.overlay = overlay;
    this.detect = detect;
    this.button = element(
      "button",
      { type: "button", class: "button quiet", "aria-pressed": "false" },
      "Guide me",
    );
    this.button.title = "Sends small pictures to the service while it is on";
    this.hint = element("p", { class: "note hint", role: "status" });
    this.button.addEventListener("click", () =>
      this.#running === undefined ? void this.#run() : this.stop(),
    );
  }

  stop() {
    this.#running?.abort();
    this.#running = undefined;
    this.button.setAttribute("aria-pressed", "false");
    this.hint.textContent = "";
    this.overlay.getContext("2d")?.clearRect(0, 0, this.overlay.width, this.overlay.height);
  }

  async #run() {
    const running = new AbortController();
    this.#running = running;
    this.button.setAttribute("aria-pressed", "true");
    this.#say("Small pictures are sent while this is on.");
    while (!running.signal.aborted) {
      try {
        const answer = await this.detect(await this.#frame(), running.signal);
        if (!running.signal.aborted) this.#mark(answer);
      } catch {
        if (!running.signal.aborted) this.stop();
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #frame() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, frameSidePx / Math.max(videoWidth, videoHeight));
    const frame = new OffscreenCanvas(Math.round(videoWidth * scale), Math.round(videoHeight * scale));
    frame.getContext("2d")?.drawImage(this.video, 0, 0, frame.width, frame.height);
    return frame.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  }

  /** @param {import("../api.js").Answer} answer */
  #mark({ ok, body }) {
    const { videoWidth, videoHeight } = this.video;
    this.overlay.width = videoWidth;
    this.overlay.height = videoHeight;
    if (!ok) return this.#say(body.error.message);
    const context = this.overlay.getContext("2d");
    if (context !== null) drawFace(context, body.face, videoWidth / body.image.width);
    const [reason] = body.face.quality.reasons;
    this.#say(reason === undefined ? "Good. Take the photo." : reasonWords(reason));
  }

  /** Says aloud only a text that is new. @param {string} text */
  #say(text) {
    if (this.hint.textContent !== text) this.hint.textContent = text;
  }
}
