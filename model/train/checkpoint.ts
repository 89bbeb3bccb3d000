/** The state of a training after an epoch, so that one that is killed goes on where it was. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { HeadFile } from "./head.ts";

export interface EpochRecord {
  /** From 1; 0 is the identity. */
  readonly epoch: number;
  /** Mean over batches; null before the first. */
  readonly loss: number | null;
  /** Of the people that are validated on. */
  readonly verdict: number;
}

/** Weights are base64 of float32. */
export interface Checkpoint {
  readonly history: readonly EpochRecord[];
  readonly best: HeadFile["blocks"];
  readonly variables: readonly string[];
  /** Adam's moments, and its count of steps. */
  readonly optimizer: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: string;
  }[];
}

export interface CheckpointFile {
  /** Undefined where there is none. */
  load(): Checkpoint | undefined;
  save(checkpoint: Checkpoint): void;
}

export function openCheckpoint(path: string): CheckpointFile {
  return {
    load: () => (existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Checkpoint) : undefined),
    save(checkpoint) {
      mkdirSync(dirname(path), { recursive: true });
      // Renamed into place: whoever is killed leaves the last whole one.
      writeFileSync(`${path}.new`, JSON.stringify(checkpoint));
      renameSync(`${path}.new`, path);
    },
  };
}
