// @ts-check
/** Tabs by the WAI-ARIA pattern: one stop for the Tab key, arrows between them. */
import { element } from "../docs/dom.js";

/**
 * @param {HTMLElement} list
 * @param {{ id: string, title: string, panel: HTMLElement }[]} tabs
 * @param {(id: string) => void} onLeave
 */
export function createTabs(list, tabs, onLeave) {
  const buttons = tabs.map(({ id, title }) =>
    element(
      "button",
      { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` },
      title,
    ),
  );
  let current = -1;

  /** @param {number} index */
  function select(index) {
    if (current !== -1 && current !== index) onLeave(tabs[current].id);
    current = index;
    for (const [i, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(i === index));
      button.tabIndex = i === index ? 0 : -1;
      tabs[i].panel.hidden = i !== index;
    }
    history.replaceState(null, "", `#${tabs[index].id}`);
  }

  const steps = /** @type {Record<string, (at: number) => number>} */ ({
    ArrowRight: (at) => (at + 1) % tabs.length,
    ArrowLeft: (at) => (at + tabs.length - 1) % tabs.length,
    Home: () => 0,
    End: () => tabs.length - 1,
  });
  for (const [i, button] of buttons.entries()) {
    button.addEventListener("click", () => select(i));
    button.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      select(step(i));
      buttons[step(i)].focus();
    });
  }
  list.append(...buttons);
  select(
    Math.max(
      0,
      tabs.findIndex(({ id }) => `#${id}` === location.hash),
    ),
  );
}
