// @ts-check
/** A photo that somebody chooses, drops, or takes with the camera. It is shown here and sent nowhere. */
import { element } from "../../docs/dom.js";
import { drawFace } from "../overlay.js";
import { CameraGuide } from "./camera-guide.js";
import { createCapture, onCapture } from "./capture.js";

/** @typedef {import("../api.js").Face} Face @typedef {import("../api.js").Image} Image */

const longestSidePx = 1280;

export class PhotoSlot {
  /** @type {File | undefined} */ #photo;
  /** @type {MediaStream | undefined} */ #stream;
  /** @type {HTMLElement | undefined} */ #capture;
  /** Number of times that the guided camera was closed: one that was awaited meanwhile does not open. */
  #closings = 0;
  /** @type {ImageBitmap | undefined} */ #bitmap;
  /** @type {{ face: Face | undefined, image: Image | undefined } | undefined} */ #found;

  /**
   * @param {string} name of the field
   * @param {string} label
   * @param {{
   *   onChange: () => void,
   *   detect: (frame: Blob, signal: AbortSignal) => Promise<any>,
   *   isGuided: boolean,
   * }} hooks `isGuided` says that the engine for pages is there, so that the camera guides without sending anything
   */
  constructor(name, label, { onChange, detect, isGuided }) {
    this.name = name;
    this.isGuided = isGuided;
    this.onChange = onChange;
    const id = `${name}-${crypto.randomUUID()}`;
    this.canvas = element("canvas", { class: "photo", role: "img", "aria-label": `${label}: none yet` });
    this.label = label;
    this.video = element("video", { class: "photo", playsinline: "", muted: "", "aria-label": "Camera" });
    this.video.muted = true;
    this.live = element("canvas", { class: "live", "aria-hidden": "true" });
    this.empty = element("p", { class: "empty" }, "No photo yet: choose, take or drop one");
    this.stage = element("div", { class: "stage" }, this.empty, this.canvas, this.video, this.live);
    this.file = element("input", {
      type: "file",
      id,
      accept: "image/*,.heic,.txt",
      class: "visually-hidden",
    });
    this.choose = element("label", { for: id, class: "button quiet" }, "Choose a file");
    this.cameraButton = element("button", { type: "button", class: "button quiet" }, "Use the camera");
    this.shoot = element("button", { type: "button", class: "button" }, "Take the photo");
    this.note = element("p", { class: "note", role: "status" });
    this.guide = new CameraGuide(this.video, this.live, detect);
    this.guided = element("div", { class: "guided" });
    this.root = element(
      "fieldset",
      { class: "slot" },
      element("legend", {}, label),
      this.guided,
      this.stage,
      element(
        "div",
        { class: "row" },
        this.file,
        this.choose,
        this.cameraButton,
        this.shoot,
        this.guide.button,
      ),
      this.note,
      this.guide.hint,
    );
    this.#listen();
    this.#show("empty");
  }

  get photo() {
    return this.#photo;
  }

  #listen() {
    this.file.addEventListener("change", () => {
      const [file] = this.file.files ?? [];
      if (file !== undefined) void this.take(file);
    });
    this.cameraButton.addEventListener("click", () => void this.#toggleCamera());
    this.shoot.addEventListener("click", () => void this.#takePhoto());
    this.stage.addEventListener("dragover", (event) => event.preventDefault());
    this.stage.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void this.take(file);
    });
  }

  /** @param {"empty" | "photo" | "camera"} state */
  #show(state) {
    this.stage.dataset.state = state;
    this.shoot.hidden = state !== "camera";
    this.guide.button.hidden = state !== "camera";
    this.cameraButton.textContent = state === "camera" ? "Close the camera" : "Use the camera";
  }

  /** @param {File} file */
  async take(file) {
    this.closeCamera();
    this.#photo = file;
    this.note.textContent = file.name;
    this.#bitmap?.close();
    this.#bitmap = undefined;
    this.#found = undefined;
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      // Another photo was taken meanwhile.
      if (this.#photo !== file) return bitmap.close();
      this.#bitmap = bitmap;
      this.#draw();
      this.#show("photo");
    } catch {
      if (this.#photo !== file) return;
      // The service says which format the file has.
      this.#show("empty");
      this.note.textContent = `${file.name}: this browser cannot show it. It can be sent all the same.`;
    }
    this.onChange();
  }

  #draw() {
    if (this.#bitmap === undefined) return;
    const { face, image } = this.#found ?? {};
    const { width, height } = this.#bitmap;
    const scale = Math.min(1, longestSidePx / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    context.drawImage(this.#bitmap, 0, 0, this.canvas.width, this.canvas.height);
    if (face !== undefined && image !== undefined) drawFace(context, face, this.canvas.width / image.width);
    this.canvas.setAttribute(
      "aria-label",
      face === undefined ? this.label : `${this.label}, with the face marked`,
    );
  }

  /**
   * Marks what the service found, once the photo is drawn: its answer may come before the browser has decoded it.
   * @param {Face | undefined} face
   * @param {Image | undefined} image in whose pixels the face is given
   */
  mark(face, image) {
    this.#found = { face, image };
    this.#draw();
  }

  async #toggleCamera() {
    if (this.isGuided) return this.#openGuided();
    if (this.#stream !== undefined) {
      this.closeCamera();
      this.#show(this.#bitmap === undefined ? "empty" : "photo");
      return;
    }
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
      });
    } catch (error) {
      const reason =
        error instanceof DOMException && error.name === "NotAllowedError" ? "is not allowed" : "is not there";
      this.note.textContent = `The camera ${reason}. Choose a file instead.`;
      return;
    }
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.note.textContent = "";
    this.#show("camera");
    this.shoot.focus();
  }

  /** Opens the camera that guides by itself, and takes the photo when all is well. */
  async #openGuided() {
    this.#closeGuided();
    const closings = this.#closings;
    try {
      const capture = await createCapture();
      if (closings !== this.#closings) return;
      onCapture(capture, "capture-photo", ({ photo }) => {
        void this.take(new File([photo], "camera.jpg", { type: "image/jpeg" }));
        this.cameraButton.focus();
      });
      onCapture(capture, "capture-stopped", () => {
        this.#closeGuided();
        this.cameraButton.focus();
      });
      onCapture(capture, "capture-failed", ({ text }) => {
        this.#closeGuided();
        this.cameraButton.focus();
        this.note.textContent = `${text} Or choose a file instead.`;
      });
      onCapture(capture, "capture-ready", () => capture.focus());
      this.#capture = capture;
      this.guided.replaceChildren(capture);
      this.root.dataset.guided = "";
      this.note.textContent = "Nothing is sent while the camera guides you.";
      await capture.start();
    } catch {
      this.#closeGuided();
      this.note.textContent = "The guided camera cannot start. Choose a file instead.";
    }
  }

  #closeGuided() {
    this.#closings++;
    this.#capture?.remove();
    this.#capture = undefined;
    this.guided.replaceChildren();
    delete this.root.dataset.guided;
  }

  closeCamera() {
    this.#closeGuided();
    this.guide.stop();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.video.srcObject = null;
  }

  async #takePhoto() {
    const { videoWidth, videoHeight } = this.video;
    const frame = new OffscreenCanvas(videoWidth, videoHeight);
    frame.getContext("2d")?.drawImage(this.video, 0, 0);
    const blob = await frame.convertToBlob({ type: "image/jpeg", quality: 0.92 });
    await this.take(new File([blob], "camera.jpg", { type: "image/jpeg" }));
    this.cameraButton.focus();
  }
}
