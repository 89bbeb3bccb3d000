// @ts-check
/** List of the enrolled subjects, each with a button to delete it. */
import { element } from "../docs/dom.js";
import { send } from "./api.js";

export class Gallery {
  /** @param {() => string} key */
  constructor(key) {
    this.key = key;
    this.list = element("ul", { class: "gallery" });
    this.status = element("p", { class: "note", role: "status" });
    this.root = element(
      "details",
      { class: "enrolled" },
      element("summary", {}, "Who is enrolled"),
      this.list,
      this.status,
    );
    this.root.addEventListener("toggle", () => {
      if (this.root.open) void this.refresh();
    });
  }

  async refresh() {
    if (!this.root.open) return;
    const { ok, body } = await send(this.key(), {
      method: "GET",
      path: "/v1/subjects?limit=100",
      photos: [],
    });
    if (!ok) {
      this.status.textContent = body.error.message;
      return;
    }
    const rows = body.subjects.map((/** @type {any} */ { subject_id }) => this.#row(subject_id));
    this.list.replaceChildren(...rows);
    this.status.textContent = rows.length === 0 ? "Nobody yet." : "";
  }

  /** @param {string} subject */
  #row(subject) {
    const forget = element(
      "button",
      { type: "button", class: "button quiet", "aria-label": `Forget ${subject}` },
      "Forget",
    );
    forget.addEventListener("click", async () => {
      forget.disabled = true;
      const path = `/v1/subjects/${encodeURIComponent(subject)}`;
      const { ok, body } = await send(this.key(), { method: "DELETE", path, photos: [] });
      await this.refresh();
      this.status.textContent = ok ? `${subject} is forgotten.` : body.error.message;
    });
    return element("li", {}, element("span", {}, subject), forget);
  }
}
