// @ts-check
/** Bar of a call's time, stage by stage. */
import { element } from "../docs/dom.js";

/** @param {import("./api.js").Answer} answer */
export function timeBar({ stages, roundTripMs }) {
  const total = stages.find(({ stage }) => stage === "total")?.ms;
  const parts = stages.filter(({ stage, ms }) => stage !== "total" && ms > 0);
  const line = element("div", { class: "time-bar", "aria-hidden": "true" });
  for (const { stage, ms } of parts) {
    const part = element("span", { class: `stage-${stage}` });
    part.style.flexGrow = String(ms);
    line.append(part);
  }
  const items = parts.map(({ stage, ms }) =>
    element(
      "li",
      {},
      element("span", { class: `dot stage-${stage}`, "aria-hidden": "true" }),
      `${stage} ${Math.round(ms)} ms`,
    ),
  );
  const inService = total === undefined ? "" : `, ${Math.round(total)} ms of it in the service`;
  const section = element(
    "section",
    { class: "times" },
    element("h3", {}, "Time"),
    element("p", {}, `${Math.round(roundTripMs)} ms from here and back${inService}.`),
  );
  if (parts.length > 0) section.append(line, element("ul", { class: "legend" }, ...items));
  return section;
}
