/**
 * `<sameface-capture>`: takes a photo of a face, or the frames of a liveness challenge, and guides the person to them. It
 * sends nothing: the page gets the photos by events.
 */
import { type Engine, EngineError, openEngine } from "../engine/engine.ts";
import { type Camera, CameraError, type Facing, openCamera } from "./camera.ts";
import { isChallenge, type Pose } from "./poses.ts";
import { type CaptureParts, type Progress, type Taken, takeChallenge, takePhoto } from "./session.ts";
import { createView, type View, type ViewState } from "./view.ts";
import { canSpeak, createVoice } from "./voice.ts";
import { type CaptureFailure, type CaptureInstruction, type CaptureWords, englishWords } from "./words.ts";

/** A challenge as the service gives it with a session. */
export interface AskedChallenge {
  readonly poses: readonly string[];
  /** Time at which it ends, ISO 8601. */
  readonly deadline?: string;
}

/** Details of the element's events, by their names. Every event bubbles and leaves shadow roots. */
export interface CaptureEvents {
  /** The camera is there, and the guide looks. */
  readonly "capture-ready": Record<string, never>;
  /** Another instruction is shown. */
  readonly "capture-instruction": { readonly code: CaptureInstruction; readonly text: string };
  /** A photo was taken. */
  readonly "capture-photo": Taken;
  /** Every frame of a challenge was taken, in order. */
  readonly "capture-frames": { readonly frames: readonly Taken[] };
  /** There will be no photo unless the capture is started again. */
  readonly "capture-failed": { readonly code: CaptureFailure; readonly text: string };
  /** The person closed the camera, or `stop` was called. */
  readonly "capture-stopped": Record<string, never>;
}

type CaptureEventMap = { readonly [Name in keyof CaptureEvents]: CustomEvent<CaptureEvents[Name]> };

declare global {
  interface HTMLElementTagNameMap {
    "sameface-capture": SamefaceCapture;
  }
  interface HTMLElementEventMap extends CaptureEventMap {}
}

/** Default time for which every rule must hold before a photo is taken, ms. */
export const photoHoldMs = 800;

// Servers that render pages have no elements.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Attributes: `assets` (folder of the engine's files), `facing` ("user", the default, or "environment"), `hold-ms` (time for
 * which every rule must hold before the photo is taken; default 800), `encoder` (also demands that the face can be told from
 * others, and gives its embedding; for a photo alone), `voice` (speaks instructions from the start). With `challenge` set it
 * takes the frames of a liveness session.
 */
export class SamefaceCapture extends Base {
  #view: View | undefined;
  #engine: Engine | undefined;
  #running: AbortController | undefined;
  #camera: Camera | undefined;
  #words: CaptureWords = englishWords;
  #challenge: AskedChallenge | undefined;
  #voice = createVoice(() => this.closest("[lang]")?.getAttribute("lang") ?? "en");
  #told: CaptureInstruction | undefined;
  /** Challenge whose deadline passed while it was answered: there is no other try at it. */
  #expired: AskedChallenge | undefined;

  /** Challenge to answer; undefined for a single photo. Throws for poses that no challenge has. */
  get challenge(): AskedChallenge | undefined {
    return this.#challenge;
  }

  set challenge(challenge: AskedChallenge | undefined) {
    if (challenge !== undefined && !isChallenge(challenge.poses))
      throw new TypeError("challenge has unknown poses");
    this.#challenge = challenge;
  }

  /** Texts in place of the English ones; those that are left out stay. */
  set words(words: Partial<CaptureWords>) {
    this.#words = { ...englishWords, ...words };
    this.#view?.setWords(this.#words);
  }

  get words(): CaptureWords {
    return this.#words;
  }

  /** Engine to use; default: one of its own, which it closes. */
  engine: Engine | undefined;

  connectedCallback(): void {
    if (this.#view === undefined) {
      this.#view = createView(this.attachShadow({ mode: "open", delegatesFocus: true }), {
        start: () => void this.start(),
        stop: () => this.stop(),
        take: () => void this.#takeNow(),
        switchCamera: () => void this.#switchCamera(),
        toggleVoice: () => this.#toggleVoice(),
      });
      this.#view.setWords(this.#words);
    }
    this.#voice.on = this.hasAttribute("voice");
    this.#view.setVoice(this.#voice.on);
    this.#offer();
    this.#show("idle");
  }

  disconnectedCallback(): void {
    this.#end();
    this.#closeOwnEngine();
  }

  /** Opens the camera and guides until the photo, or every frame, was taken. Outcomes are events. */
  async start(): Promise<void> {
    if (this.#view === undefined) throw new Error("the element is not in the document");
    this.#end();
    const running = new AbortController();
    this.#running = running;
    if (this.#challenge !== undefined && this.#challenge === this.#expired)
      return this.#fail(running, "deadline_passed");
    this.#show("starting", this.#words.starting);
    const facing: Facing = this.getAttribute("facing") === "environment" ? "environment" : "user";
    try {
      const { video } = this.#view;
      const camera = await openCamera(video, facing, running.signal, () =>
        this.#fail(running, "camera_ended"),
      );
      if (running.signal.aborted) return camera.close();
      this.#camera = camera;
      this.#view.setMirrored(camera.facing === "user");
      this.#offer();
      this.#show("running");
      this.#emit("capture-ready", {});
      await this.#guide(running, camera);
    } catch (error) {
      if (error instanceof CameraError) return this.#fail(running, error.code);
      if (running.signal.aborted) return;
      if (!(error instanceof EngineError)) {
        this.stop();
        throw error;
      }
      // A worker that broke stays broken, so the next start opens another.
      this.#closeOwnEngine();
      // Without its engine a photo can still be taken by hand; a challenge needs the guide.
      if (this.#challenge !== undefined) return this.#fail(running, "engine_missing");
      this.#tell("no_guide");
    }
  }

  /** Closes the camera. */
  stop(): void {
    if (this.#running === undefined) return;
    this.#end();
    this.#show("idle");
    this.#emit("capture-stopped", {});
  }

  async #guide(running: AbortController, camera: Camera): Promise<void> {
    const { signal } = running;
    const engine = this.engine ?? this.#ownEngine();
    const challenge = this.#challenge;
    const withEncoder = challenge === undefined && this.hasAttribute("encoder");
    const timer = this.#deadlineTimer(running, challenge);
    const holdMs = Number(this.getAttribute("hold-ms") ?? photoHoldMs);
    const parts: CaptureParts = {
      engine,
      camera,
      signal,
      nowMs: () => performance.now(),
      pause,
      onProgress: (progress) => this.#progress(progress),
      holdMs: Number.isFinite(holdMs) ? holdMs : photoHoldMs,
    };
    try {
      await engine.load({ encoder: withEncoder });
      if (challenge === undefined) {
        const taken = await takePhoto(parts, withEncoder);
        if (taken !== undefined) this.#finish(() => this.#emit("capture-photo", taken));
      } else {
        const frames = await takeChallenge(parts, challenge.poses as readonly Pose[]);
        if (frames !== undefined) this.#finish(() => this.#emit("capture-frames", { frames }));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the capture at the challenge's deadline. A clock by which that is over already is wrong, and is not believed. */
  #deadlineTimer(running: AbortController, challenge: AskedChallenge | undefined) {
    const left = Date.parse(challenge?.deadline ?? "") - Date.now();
    if (!(left > 0)) return undefined;
    return setTimeout(() => {
      this.#expired = challenge;
      this.#fail(running, "deadline_passed");
    }, left);
  }

  #ownEngine(): Engine {
    const assets = this.getAttribute("assets");
    this.#engine ??= openEngine(assets === null ? {} : { assets });
    return this.#engine;
  }

  #closeOwnEngine(): void {
    this.#engine?.close();
    this.#engine = undefined;
  }

  #progress(progress: Progress): void {
    this.#view?.show(progress);
    this.#tell(progress.instruction);
  }

  #tell(code: CaptureInstruction): void {
    const text = this.#words[code];
    this.#view?.tell(text);
    this.#voice.say(text, performance.now());
    if (this.#told === code) return;
    this.#told = code;
    this.#emit("capture-instruction", { code, text });
  }

  /** Takes the current frame, whatever the guide says of it. */
  async #takeNow(): Promise<void> {
    const running = this.#running;
    const photo = await this.#camera?.grab()?.jpeg(Number.POSITIVE_INFINITY);
    // The guide may have taken its photo meanwhile, or the person closed the camera.
    if (photo !== undefined && this.#running === running)
      this.#finish(() => this.#emit("capture-photo", { photo }));
  }

  async #switchCamera(): Promise<void> {
    this.setAttribute("facing", this.#camera?.facing === "user" ? "environment" : "user");
    await this.start();
  }

  #toggleVoice(): void {
    this.#voice.on = !this.#voice.on;
    if (!this.#voice.on) this.#voice.hush();
    this.#view?.setVoice(this.#voice.on);
  }

  #offer(): void {
    this.#view?.setOffers({
      take: this.#camera !== undefined && this.#challenge === undefined,
      switchCamera: this.#camera?.hasOther ?? false,
      voice: this.#camera !== undefined && canSpeak(),
    });
  }

  #finish(emit: () => void): void {
    this.#end();
    this.#show("done", this.#words.done);
    emit();
  }

  #fail(running: AbortController, code: CaptureFailure): void {
    if (this.#running !== running) return;
    this.#end();
    const text = this.#words[code];
    this.#show("failed", text);
    this.#emit("capture-failed", { code, text });
  }

  #end(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#camera?.close();
    this.#camera = undefined;
    this.#told = undefined;
    this.#voice.hush();
    this.#offer();
  }

  #show(state: ViewState, message = ""): void {
    this.dataset.state = state;
    this.#view?.setState(state, message);
  }

  #emit<Name extends keyof CaptureEvents>(name: Name, detail: CaptureEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** Registers the element under this name, once. */
export function defineCapture(name = "sameface-capture"): void {
  if (customElements.get(name) === undefined) customElements.define(name, SamefaceCapture);
}

/** Leaves the page time to draw between looks. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}
