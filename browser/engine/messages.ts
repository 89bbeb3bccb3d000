/** Messages between a page and the worker that runs the engine. */
import type { Encoding, EngineFailure, Sight } from "../sight.ts";

/** Pixels of a camera's frame: 8-bit RGBA, row-major, perhaps at a fraction of the frame's size. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  /** Size of the whole frame, px, in which faces are given. */
  readonly frameWidth: number;
  readonly frameHeight: number;
}

export type Work =
  | { readonly kind: "load"; readonly encoder: boolean }
  | { readonly kind: "look"; readonly pixels: Pixels }
  | { readonly kind: "measure"; readonly file: Uint8Array<ArrayBuffer> }
  | { readonly kind: "encode"; readonly file: Uint8Array<ArrayBuffer> };

/** Results by the kind of work. */
export interface Results {
  readonly load: Loaded;
  readonly look: Sight;
  readonly measure: Sight;
  readonly encode: Encoding;
}

export interface Loaded {
  /** Build of the kernels that runs here. */
  readonly kernels: "relaxed" | "plain";
}

export interface Request {
  readonly id: number;
  /** Folder of the engine's files; the first request names it. */
  readonly assets: string;
  readonly work: Work;
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: Results[Work["kind"]] }
  | { readonly id: number; readonly ok: false; readonly failure: EngineFailure };
