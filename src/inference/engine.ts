/**
 * The shape of an engine. Each is a folder here with the same exports, and knows nothing of the other:
 *
 * - `engine.ts` exports `createEngine` and `artifactOf`, and runs wherever WebAssembly does
 * - `bundle.ts` exports `bundle`, whose imports only the Worker's bundler understands
 *
 * An entry of the Worker names one bundle, so what the other engine runs is not part of it.
 */
import type { Model, ModelSource } from "./model.ts";

/** A file that the manifest names. */
export interface Artifact {
  readonly file: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string;
}

/** The files that the manifest names for a model. */
export interface ModelFiles extends Artifact {
  /** The same network, compiled for the kernels. */
  readonly plan?: Artifact;
}

export interface Engine {
  /** Makes a model that is loaded on its first run, or by `load`. `bytes` are those of `artifactOf`'s file. */
  model(source: ModelSource): Model;
  /** Size of the linear memory, bytes; 0 before there is one. It grows and never shrinks. */
  memoryBytes(): number;
}

/** Access of a pipeline's stages to their models. */
export interface ModelFactory {
  /** Chooses the file of a model that the engine runs. Throws when the manifest has no such file. */
  readonly artifactOf: (model: ModelFiles) => Artifact;
  readonly createModel: Engine["model"];
}

/** An engine as the Worker bundles it, with the bytes of the files that it runs, by name. */
export interface Bundle extends ModelFactory {
  /** True when networks may run while an isolate starts: they load fast, and without waiting for anything. */
  readonly runsAtStart: boolean;
  readonly files: Readonly<Record<string, ArrayBuffer>>;
}
