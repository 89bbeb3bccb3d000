/**
 * The pipeline's view of a neural network: fill its input, run it, read its outputs. The wiring of the service
 * decides which engine runs it.
 */
import type { Result } from "../errors.ts";

export interface Model {
  /** Name in the manifest, e.g. "mobilefacenet-192". */
  readonly id: string;
  /** NCHW, batch 1. */
  readonly inputShape: readonly number[];
  /** Prepares the model to run. Fails with `not_ready`. */
  load(): Promise<Result<unknown>>;
  /**
   * Runs once. `fill` writes the whole input (float32, `inputShape` order) into a buffer that the model reuses: it is
   * called when this run's turn has come, is synchronous and does not keep the buffer. The outputs belong to the
   * caller, in the order of the manifest.
   *
   * Fails with `not_ready` when the engine cannot be started.
   */
  run(fill: (input: Float32Array) => void): Promise<Result<readonly Float32Array[]>>;
}

/** A model's bytes, and the facts that an engine needs to run them. */
export interface ModelSource {
  readonly id: string;
  readonly bytes: ArrayBuffer | Uint8Array;
  /** SHA-256 of `bytes`, hex, as in the manifest. The kernels refuse other bytes, or `load` does where they came with the code. */
  readonly sha256: string;
  readonly inputName: string;
  readonly inputShape: readonly number[];
  readonly outputNames: readonly string[];
}
