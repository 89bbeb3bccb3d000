// @ts-check
/** The page for trying the service out: four actions and a liveness session, each with its answer and the figures behind it. */
import { ActionPanel } from "./action-panel.js";
import { Gallery } from "./gallery.js";
import { LivePanel } from "./live-panel.js";
import { createTabs } from "./tabs.js";

/** @type {import("./action-panel.js").Action[]} */
const actions = [
  {
    id: "enrol",
    title: "Enrol",
    lede: "Keep a face under a name. From then on it can be verified and identified.",
    button: "Enrol this face",
    photos: [["image", "Photo"]],
    wantsSubject: true,
    wantsRate: false,
    path: (subject) => `/v1/subjects/${subject}/faces`,
  },
  {
    id: "verify",
    title: "Verify",
    lede: "Is this the person who is enrolled under that name?",
    button: "Verify",
    photos: [["image", "Photo"]],
    wantsSubject: true,
    wantsRate: true,
    path: (subject) => `/v1/subjects/${subject}/verify`,
  },
  {
    id: "compare",
    title: "Compare",
    lede: "Do two photos show the same person? Nothing is kept.",
    button: "Compare",
    photos: [
      ["image_a", "First photo"],
      ["image_b", "Second photo"],
    ],
    wantsSubject: false,
    wantsRate: true,
    path: () => "/v1/compare",
  },
  {
    id: "identify",
    title: "Identify",
    lede: "Who of all who are enrolled is this?",
    button: "Identify",
    photos: [["image", "Photo"]],
    wantsSubject: false,
    wantsRate: false,
    path: () => "/v1/identify",
  },
];

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

async function main() {
  const response = await fetch("/demo/settings.json");
  const settings = await response.json();
  const keyField = /** @type {HTMLInputElement} */ (byId("key"));
  // The key is stored for this tab alone, and only until it is closed.
  keyField.value = sessionStorage.getItem("key") ?? settings.key ?? "";
  keyField.addEventListener("input", () => sessionStorage.setItem("key", keyField.value));
  const key = () => keyField.value.trim();
  const gallery = new Gallery(key);
  const panels = new Map(
    actions.map((action) => [
      action.id,
      new ActionPanel(action, settings, key, () => void gallery.refresh()),
    ]),
  );
  panels.get("enrol")?.root.append(gallery.root);
  byId("panels").append(...[...panels.values()].map(({ root }) => root));
  const tabs = actions.map(({ id, title }) => ({ id, title, panel: byId(`panel-${id}`) }));
  // Without the engine for pages nobody could be guided into the poses.
  const live = settings.browser ? new LivePanel(key, () => void gallery.refresh()) : undefined;
  if (live !== undefined) {
    byId("panels").append(live.root);
    tabs.push({ id: "live", title: "Live", panel: live.root });
  }
  createTabs(byId("tabs"), tabs, (left) => (left === "live" ? live : panels.get(left))?.close());
}

main().catch(() => {
  byId("panels").textContent = "The demo cannot start. Reload the page.";
});
