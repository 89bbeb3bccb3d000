/** Drawing over the camera's picture: an oval for the face, the time that is held, and an arrow for a pose. */
import type { Pose } from "./poses.ts";
import type { Progress } from "./session.ts";

/** Width of the drawing's coordinates; the height follows from the picture's. */
const width = 100;

export interface Overlay {
  readonly root: SVGSVGElement;
  /** Fits the drawing to a picture of this size, px. */
  fit(pictureWidth: number, pictureHeight: number): void;
  show(progress: Pick<Progress, "held" | "share" | "pose"> | undefined): void;
}

export function createOverlay(): Overlay {
  const shade = svg("path", { class: "shade" });
  const oval = svg("ellipse", { class: "oval" });
  const held = svg("ellipse", { class: "held", pathLength: 100, "stroke-dasharray": 100 });
  const arrow = svg("path", { class: "arrow" });
  const root = svg("svg", { "aria-hidden": "true" }) as SVGSVGElement;
  root.append(shade, oval, held, arrow);
  let height = 75;
  let pose: Pose | undefined;

  function place(): void {
    const side = Math.min(width, height);
    const grown = pose === "closer" ? 1.25 : 1;
    const [rx, ry] = [0.27 * side * grown, 0.36 * side * grown];
    const [x, y] = [width / 2, height / 2];
    root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const ellipse of [oval, held]) set(ellipse, { cx: x, cy: y, rx, ry });
    const hole = `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
    set(shade, { d: `M0 0H${width}V${height}H0Z${hole}` });
    // The picture's right is the person's left.
    const arrows: Readonly<Record<Pose, string>> = {
      left: `M${x + rx + 3} ${y - 5}l5 5l-5 5`,
      right: `M${x - rx - 3} ${y - 5}l-5 5l5 5`,
      up: `M${x - 5} ${y - ry - 2}l5 -5l5 5`,
      down: `M${x - 5} ${y + ry + 2}l5 5l5 -5`,
      closer: "",
    };
    set(arrow, { d: pose === undefined ? "" : arrows[pose] });
  }

  return {
    root,
    fit(pictureWidth, pictureHeight) {
      height = (width * pictureHeight) / pictureWidth;
      place();
    },
    show(progress) {
      const share = progress === undefined ? 0 : progress.pose === undefined ? progress.held : progress.share;
      // A round cap would show as a dot where hardly anything is held yet.
      set(held, { "stroke-dashoffset": 100 - 100 * share, visibility: share > 0.03 ? "visible" : "hidden" });
      if (pose === progress?.pose) return;
      pose = progress?.pose;
      place();
    },
  };
}

function svg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(made, attributes);
  return made;
}

function set(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}
