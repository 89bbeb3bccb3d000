/**
 * What the pipeline knows of a neural network: fill its input, run it, read its outputs.
 * Which engine runs it is decided where the service is wired.
 */
import type { Result } from "../errors.ts";

export interface Model {
  /** Name in the manifest, e.g. "mobilefacenet-192-int8". */
  readonly id: string;
  /** NCHW, batch 1. */
  readonly inputShape: readonly [1, number, number, number];
  /**
   * Runs once. `fill` writes the whole input (float32, `inputShape` order) into a buffer that the
   * model reuses: it is called when this run's turn has come, must be synchronous and must not keep
   * the buffer. The outputs are the caller's own, in the order of the manifest.
   *
   * Fails with `not_ready` when the engine cannot be started.
   */
  run(fill: (input: Float32Array) => void): Promise<Result<readonly Float32Array[]>>;
}
