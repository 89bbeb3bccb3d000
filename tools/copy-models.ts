/**
 * Copies what the built pipeline reads into dist: the manifest, the models in use, the kernels, the readers of JPEG and
 * PNG, and the codecs.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { basename } from "node:path";
import {
  codecPaths,
  jpegPath,
  kernelPaths,
  manifestPath,
  modelPath,
  pngPath,
  readManifest,
  samplingPath,
} from "../model/runtime.ts";
import { artifactOf } from "../src/inference/kernels/engine.ts";

const { encoder, detectors, landmarks, passive = [], models } = readManifest();
const plans = [encoder, detectors, landmarks, passive]
  .flat()
  .map((id) => modelPath(artifactOf(models[id]).file));

copy("model/networks", [manifestPath, ...plans]);
copy("wasm", [...kernelPaths, samplingPath, jpegPath, pngPath]);
copy("wasm/codecs", Object.values(codecPaths));

function copy(folder: string, paths: readonly string[]): void {
  const target = (file: string) => new URL(`../dist/${folder}/${file}`, import.meta.url);
  mkdirSync(target("."), { recursive: true });
  for (const path of paths) copyFileSync(path, target(basename(path)));
}
