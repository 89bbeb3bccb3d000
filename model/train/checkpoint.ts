/** The state of a training after an epoch, from which a killed training continues. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { HeadFile } from "./head.ts";

export interface EpochRecord {
  /** Epochs count from 1; 0 is the identity. */
  readonly epoch: number;
  /** Mean loss over batches; null before the first. */
  readonly loss: number | null;
  /** Verdict of the people used for validation. */
  readonly verdict: number;
}

/** Weights of a checkpoint, as base64 of float32. */
export interface Checkpoint {
  readonly history: readonly EpochRecord[];
  readonly best: HeadFile["blocks"];
  readonly variables: readonly string[];
  /** Adam's moments and its number of steps. */
  readonly optimizer: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: string;
  }[];
}

export interface CheckpointFile {
  /** Undefined when there is no checkpoint. */
  load(): Checkpoint | undefined;
  save(checkpoint: Checkpoint): void;
}

export function openCheckpoint(path: string): CheckpointFile {
  return {
    load: () => (existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Checkpoint) : undefined),
    save(checkpoint) {
      mkdirSync(dirname(path), { recursive: true });
      // The new file is renamed into place, so that a killed training leaves the last whole one.
      writeFileSync(`${path}.new`, JSON.stringify(checkpoint));
      renameSync(`${path}.new`, path);
    },
  };
}
