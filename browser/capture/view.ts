/** Looks of the capture element: one picture, one line of instruction, and its buttons. */
import { createOverlay } from "./overlay.ts";
import type { Progress } from "./session.ts";
import { styles } from "./styles.ts";
import type { CaptureWords } from "./words.ts";

export type ViewState = "idle" | "starting" | "running" | "done" | "failed";

export interface ViewHandlers {
  start(): void;
  stop(): void;
  take(): void;
  switchCamera(): void;
  toggleVoice(): void;
}

/** Buttons that are of use at the moment. */
export interface Offers {
  readonly take: boolean;
  readonly switchCamera: boolean;
  readonly voice: boolean;
}

export interface View {
  readonly video: HTMLVideoElement;
  setWords(words: CaptureWords): void;
  setState(state: ViewState, message: string): void;
  setOffers(offers: Offers): void;
  setMirrored(mirrored: boolean): void;
  setVoice(on: boolean): void;
  /** Shows an instruction. */
  tell(text: string): void;
  show(progress: Progress): void;
}

let sheet: CSSStyleSheet | undefined;

export function createView(host: ShadowRoot, handlers: ViewHandlers): View {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
  }
  host.adoptedStyleSheets = [sheet];

  const video = element("video", { playsinline: "", muted: "" });
  video.muted = true;
  const overlay = createOverlay();
  const step = element("p", { class: "step" });
  const told = element("p", { class: "told", role: "status" });
  const message = element("p", { class: "message", role: "status" });
  const start = button("main", handlers.start);
  const idle = element("div", { class: "idle" });
  const inner = element("div", {});
  inner.append(message, start);
  idle.append(inner);
  const stage = element("div", { class: "stage", role: "group" });
  const picture = element("div", { class: "picture" });
  picture.append(video, overlay.root, idle);
  stage.append(step, picture, told);
  const take = button("main", handlers.take);
  const other = button("", handlers.switchCamera);
  const voice = button("", handlers.toggleVoice);
  const stop = button("", handlers.stop);
  const row = element("div", { class: "row" });
  row.append(take, other, voice, stop);
  host.append(stage, row);

  let words: CaptureWords;
  let state: ViewState = "idle";

  function fit(): void {
    const { videoWidth, videoHeight } = video;
    if (videoWidth === 0) return;
    // The person sees all that is taken, however the device is turned.
    picture.style.aspectRatio = `${videoWidth} / ${videoHeight}`;
    overlay.fit(videoWidth, videoHeight);
  }
  video.addEventListener("resize", fit);
  video.addEventListener("loadedmetadata", fit);
  overlay.fit(4, 3);

  return {
    video,
    setWords(given) {
      words = given;
      stage.setAttribute("aria-label", words.title);
      video.setAttribute("aria-label", words.preview);
      take.textContent = words.take;
      other.textContent = words.switch_camera;
      voice.textContent = words.voice;
      stop.textContent = words.stop;
      start.textContent = state === "idle" ? words.start : words.again;
    },
    setState(next, text) {
      const hadFocus = host.activeElement !== null;
      state = next;
      const running = state === "running";
      for (const shown of [video, overlay.root, told]) shown.toggleAttribute("hidden", !running);
      stop.hidden = !running;
      step.hidden = true;
      idle.hidden = running;
      start.hidden = state === "done" || state === "starting";
      start.textContent = state === "idle" ? words.start : words.again;
      message.textContent = text;
      told.textContent = "";
      overlay.show(undefined);
      // The button that was pressed is gone, so the focus goes on to what there is in its place.
      if (!hadFocus) return;
      if (running) (take.hidden ? stop : take).focus();
      else if (!start.hidden) start.focus();
    },
    setOffers(offers) {
      take.hidden = !offers.take;
      other.hidden = !offers.switchCamera;
      voice.hidden = !offers.voice;
    },
    setMirrored: (mirrored) => void picture.classList.toggle("mirrored", mirrored),
    setVoice: (on) => voice.setAttribute("aria-pressed", String(on)),
    tell(text) {
      // A live region speaks at every change, also to the same text.
      if (told.textContent !== text) told.textContent = text;
    },
    show(progress) {
      overlay.show(progress);
      step.hidden = progress.steps === 1;
      const text = words.step
        .replace("{step}", String(progress.step))
        .replace("{steps}", String(progress.steps));
      if (step.textContent !== text) step.textContent = text;
    },
  };
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function button(kind: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind });
  made.addEventListener("click", onClick);
  return made;
}
