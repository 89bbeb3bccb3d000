// @ts-check
/** Panel of a liveness session: a challenge, its frames from the guided camera, and the answer. */
import { element } from "../docs/dom.js";
import { send } from "./api.js";
import { createCapture, onCapture } from "./camera/capture.js";
import { headline, raw, showError } from "./result.js";
import { SubjectField } from "./subject-field.js";

/** Tries of one session. */
const maxUses = 3;

export class LivePanel {
  /** @type {import("../../browser/index.ts").SamefaceCapture | undefined} */ #capture;
  /** @type {{ token: string, action: string } | undefined} */ #session;
  /** Number of times that the panel was closed: an answer that was awaited meanwhile opens no camera. */
  #closings = 0;

  /** @param {() => string} key @param {() => void} onDone */
  constructor(key, onDone) {
    this.key = key;
    this.onDone = onDone;
    this.subject = new SubjectField();
    this.action = element(
      "select",
      { name: "action" },
      element("option", { value: "verify" }, "Verify who is enrolled"),
      element("option", { value: "enrol" }, "Enrol this face"),
    );
    this.submit = element("button", { type: "submit", class: "button main" }, "Begin");
    this.place = element("div", { class: "slot live-slot" });
    this.status = element("p", { class: "status-line", role: "status" });
    this.result = element("div", { class: "result" });
    this.root = element(
      "section",
      {
        class: "panel",
        role: "tabpanel",
        id: "panel-live",
        "aria-labelledby": "tab-live",
        tabindex: "0",
      },
      element(
        "p",
        { class: "lede" },
        "Is a living person there? The camera asks for four poses in an order that nobody knew before. Five frames are sent when all are taken.",
      ),
      this.#form(),
      this.place,
      this.status,
      this.result,
    );
  }

  #form() {
    const form = element(
      "form",
      { novalidate: "" },
      element(
        "div",
        { class: "fields-row" },
        this.subject.root,
        element("label", { class: "field" }, element("span", {}, "Action"), this.action),
        this.submit,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#begin();
    });
    return form;
  }

  async #begin() {
    if (this.key() === "") return this.#say("Enter an API key first.");
    const { problem } = this.subject;
    if (problem !== undefined) return this.#say(problem);
    this.close();
    const closings = this.#closings;
    this.result.replaceChildren();
    this.#say("");
    const action = this.action.value;
    try {
      const { ok, body } = await send(this.key(), {
        method: "POST",
        path: "/v1/sessions",
        photos: [],
        json: { subject_id: this.subject.value, action, liveness: "challenge", max_uses: maxUses },
      });
      if (closings !== this.#closings) return;
      if (!ok) {
        this.result.replaceChildren(showError(body), raw(body));
        return;
      }
      this.#session = { token: body.token, action };
      await this.#capturing(body.challenge);
    } catch {
      this.#say("The service did not answer. Try again.");
    }
  }

  /** @param {{ poses: string[], deadline: string }} challenge */
  async #capturing(challenge) {
    if (this.#capture === undefined) {
      const closings = this.#closings;
      const capture = await createCapture();
      if (closings !== this.#closings) return;
      onCapture(capture, "capture-frames", ({ frames }) => void this.#send(frames.map(({ photo }) => photo)));
      onCapture(capture, "capture-ready", () => capture.focus());
      this.#capture = capture;
      this.place.replaceChildren(capture);
    }
    this.place.hidden = false;
    this.#capture.challenge = challenge;
    await this.#capture.start();
  }

  /** @param {Blob[]} frames */
  async #send(frames) {
    const session = this.#session;
    if (session === undefined) return;
    this.place.hidden = true;
    this.submit.focus({ preventScroll: true });
    this.#say("Looking…");
    try {
      const answer = await send(session.token, {
        method: "POST",
        path: `/v1/sessions/${session.action}`,
        photos: frames.map((frame) => ["frame", frame]),
      });
      this.#show(answer);
      // The result shows it, and the line for screen readers says it once.
      this.#say(this.result.querySelector("h2")?.textContent ?? "", { aloud: true });
    } catch {
      this.#say("The service did not answer. Begin anew.");
    }
  }

  /** @param {import("./api.js").Answer} answer */
  #show({ ok, body }) {
    if (!ok) {
      this.result.replaceChildren(showError(body), raw(body));
      return;
    }
    const verdict = this.#verdict(body);
    if (body.challenge !== undefined) {
      const again = element("button", { type: "button", class: "button" }, "Try again");
      again.addEventListener("click", () => {
        this.result.replaceChildren();
        void this.#capturing(body.challenge);
      });
      verdict.append(element("div", { class: "row" }, again));
    } else {
      this.#session = undefined;
    }
    this.result.replaceChildren(verdict, raw(body));
    this.result.scrollIntoView({ block: "nearest" });
    this.onDone();
  }

  /** @param {any} body */
  #verdict(body) {
    const left = body.tries_left === 1 ? "1 try is left." : `${body.tries_left} tries are left.`;
    if (body.enrolled === true)
      return headline("good", "Enrolled", `${body.subject_id} was there, and can be verified now.`);
    if (body.match === true)
      return headline("good", "Match", "A living person was there, and it is the one who is enrolled.");
    const title = body.enrolled === false ? "Not enrolled" : "No match";
    return headline("bad", title, `The answer does not say why, so that it teaches nobody. ${left}`);
  }

  /** @param {string} text */
  #say(text, { aloud = false } = {}) {
    this.status.classList.toggle("visually-hidden", aloud);
    this.status.textContent = text;
  }

  close() {
    this.#closings++;
    this.#capture?.remove();
    this.#capture = undefined;
  }
}
