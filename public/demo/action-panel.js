// @ts-check
/** Panel of one action: its photos, its fields, its button, its command, and its result. */
import { copyable, element } from "../docs/dom.js";
import { curlOf, send } from "./api.js";
import { PhotoSlot } from "./camera/photo-slot.js";
import { showResult } from "./result.js";
import { SubjectField } from "./subject-field.js";

/**
 * @typedef {{
 *   id: string, title: string, lede: string, button: string,
 *   photos: [name: string, label: string][], wantsSubject: boolean, wantsRate: boolean,
 *   path: (subject: string) => string,
 * }} Action
 */

const rates = [1e-2, 1e-3, 1e-4, 1e-5];

export class ActionPanel {
  /**
   * @param {Action} action
   * @param {import("./result.js").Settings} settings
   * @param {() => string} key
   * @param {() => void} onDone
   */
  constructor(action, settings, key, onDone) {
    this.action = action;
    this.settings = settings;
    this.key = key;
    this.onDone = onDone;
    const detect = (/** @type {Blob} */ frame, /** @type {AbortSignal} */ signal) =>
      send(key(), { method: "POST", path: "/v1/detect", photos: [["image", frame]] }, signal);
    this.slots = action.photos.map(
      ([name, label]) =>
        new PhotoSlot(name, label, {
          onChange: () => this.#changed(),
          detect,
          isGuided: settings.browser,
        }),
    );
    this.subject = new SubjectField();
    this.rate = element("select", { name: "max_fmr" }, ...rates.map((rate) => this.#rateOption(rate)));
    this.submit = element("button", { type: "submit", class: "button main" }, action.button);
    this.result = element("div", { class: "result" });
    this.status = element("p", { class: "status-line", role: "status" });
    this.curl = element("div", {});
    this.form = this.#build();
    this.root = element(
      "section",
      {
        class: "panel",
        role: "tabpanel",
        id: `panel-${action.id}`,
        "aria-labelledby": `tab-${action.id}`,
        tabindex: "0",
      },
      element("p", { class: "lede" }, action.lede),
      this.form,
      this.result,
    );
    this.#changed();
  }

  /** @param {number} rate */
  #rateOption(rate) {
    const option = element(
      "option",
      { value: String(rate) },
      `1 in ${new Intl.NumberFormat("en").format(1 / rate)}`,
    );
    option.selected = rate === this.settings.default_max_fmr;
    return option;
  }

  #build() {
    const { wantsSubject, wantsRate } = this.action;
    const fields = [
      ...(wantsSubject ? [this.subject.root] : []),
      ...(wantsRate
        ? [element("label", { class: "field" }, element("span", {}, "Strangers who may pass"), this.rate)]
        : []),
    ];
    const form = element(
      "form",
      { novalidate: "" },
      element("div", { class: "slots" }, ...this.slots.map(({ root }) => root)),
      element("div", { class: "fields-row" }, ...fields, this.submit),
      this.status,
      element("details", { class: "command" }, element("summary", {}, "The same with curl"), this.curl),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#run();
    });
    form.addEventListener("input", () => this.#changed());
    return form;
  }

  /** @returns {import("./api.js").Call} */
  #call() {
    const { path, wantsRate } = this.action;
    const options = new URLSearchParams({
      include: "crop",
      ...(wantsRate ? { max_fmr: this.rate.value } : {}),
    });
    const photos = /** @type {[string, Blob][]} */ (
      this.slots.map(({ name, photo }) => [name, photo ?? new File([], `${name}.jpg`)])
    );
    return { method: "POST", path: `${path(encodeURIComponent(this.subject.value))}?${options}`, photos };
  }

  #changed() {
    this.curl.replaceChildren(copyable(curlOf(this.key(), this.#call()), "the command"));
  }

  /** Names a missing input in words; undefined when none is missing. */
  #missing() {
    if (this.key() === "") return "Enter an API key first.";
    const empty = this.slots.find(({ photo }) => photo === undefined);
    if (empty !== undefined) return `Choose or take a photo first: ${empty.label.toLowerCase()}.`;
    return this.action.wantsSubject ? this.subject.problem : undefined;
  }

  async #run() {
    const missing = this.#missing();
    if (missing !== undefined) {
      this.#say(missing);
      return;
    }
    this.submit.disabled = true;
    this.result.replaceChildren();
    this.#say("Looking…");
    for (const slot of this.slots) slot.mark(undefined, undefined);
    try {
      const answer = await send(this.key(), this.#call());
      const { body } = answer;
      this.#mark(body);
      this.result.replaceChildren(...showResult(this.action.id, answer, this.settings));
      // The result shows it, and the line for screen readers says it once.
      this.#say(this.result.querySelector("h2")?.textContent ?? "", { aloud: true });
      this.result.scrollIntoView({ block: "nearest" });
      if (answer.ok) this.onDone();
    } catch {
      this.result.replaceChildren();
      this.#say("The service did not answer. Try again.");
    }
    this.submit.disabled = false;
  }

  /** @param {string} text */
  #say(text, { aloud = false } = {}) {
    this.status.classList.toggle("visually-hidden", aloud);
    this.status.textContent = text;
  }

  /** @param {any} body */
  #mark(body) {
    const faces = [body.face ?? body.face_a, body.face_b];
    const images = [body.image ?? body.image_a, body.image_b];
    for (const [i, slot] of this.slots.entries()) slot.mark(faces[i], images[i]);
  }

  close() {
    for (const slot of this.slots) slot.closeCamera();
  }
}
