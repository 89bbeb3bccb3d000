// @ts-check
/** Field for a subject's name, with the service's own pattern of ids. */
import { element } from "../docs/dom.js";

const wanted = "1 to 128 letters and digits or . _ ~ : @ + = | -";

export class SubjectField {
  constructor() {
    this.input = element("input", {
      name: "subject_id",
      required: "",
      pattern: "[\\p{L}\\p{M}\\p{N}._~:@+=\\|\\-]{1,128}",
      title: wanted,
      autocomplete: "off",
      spellcheck: "false",
      value: "me",
    });
    this.root = element("label", { class: "field" }, element("span", {}, "Name"), this.input);
  }

  get value() {
    return this.input.value;
  }

  /** Says which name is wanted; undefined where the field has one. */
  get problem() {
    return this.input.checkValidity() ? undefined : `Enter a name of ${wanted}`;
  }
}
