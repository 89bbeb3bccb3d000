// @ts-check
/** Makes elements: text is only ever text, so nothing that is shown can become markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * A sentence in which `this` is code.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : element("code", {}, part)));
}

/**
 * Text to be copied as it is, with the button for it.
 * @param {string} text
 * @param {string} name what it is, for those who only hear the button
 */
export function copyable(text, name) {
  const button = element("button", { type: "button", "aria-label": `Copy ${name}` }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  });
  const block = element(
    "pre",
    { tabindex: "0", role: "region", "aria-label": name },
    element("code", {}, text),
  );
  return element("div", { class: "copyable" }, block, button);
}
