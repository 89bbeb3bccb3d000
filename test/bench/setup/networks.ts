/** Builds the encoder's float32 networks, which the shipped one is measured against, from its source. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeOnnx } from "../../../model/convert/onnx/writer.ts";
import { convertPlainly, prepareFloat } from "../../../model/convert/prepare.ts";
import { recipes } from "../../../model/convert/recipes.ts";
import { modelPath, readManifest } from "../../../model/runtime.ts";
import { artifactOf } from "../../../src/inference/kernels/engine.ts";
import type { Manifest } from "../../../src/models.ts";
import { cache } from "./paths.ts";

export interface Networks {
  readonly manifest: Manifest;
  /** Files that the manifest names, and the baselines' files, by name. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Converted operator by operator, with PReLU spelt out: what a first attempt would ship. */
export const plainFile = (id: string) => `${id}.plain.onnx`;
/** The same weights in float32, with PReLU folded and denormals flushed. */
export const foldedFile = (id: string) => `${id}.folded.onnx`;

export function readNetworks(): Networks {
  const manifest = readManifest();
  const { encoder, detectors, landmarks, models } = manifest;
  const used = [...detectors, landmarks, ...encoder];
  const shipped = used.flatMap((id) => [models[id].file, artifactOf(models[id]).file]);
  const files = new Map(shipped.map((file) => [file, bytesOf(modelPath(file))]));
  mkdirSync(cache, { recursive: true });
  for (const id of used) {
    const recipe = recipes.find((each) => each.id === id || id.startsWith(`${each.id}-`));
    if (recipe === undefined) throw new Error(`model/convert has no recipe for ${id}`);
    const build = { [plainFile(id)]: convertPlainly, [foldedFile(id)]: prepareFloat };
    for (const [file, make] of Object.entries(build)) {
      const path = join(cache, file);
      if (!existsSync(path)) writeFileSync(path, writeOnnx(make(recipe)));
      files.set(file, bytesOf(path));
    }
  }
  return { manifest, files };
}

function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}
