/** Puts what the built pipeline reads beside it: the manifest and the models that are in use. */
import { copyFileSync, mkdirSync } from "node:fs";
import { modelPath, readManifest } from "../model/runtime.ts";

const { encoder, detectors, landmarks, models } = readManifest();
const target = (file: string) => new URL(`../dist/model/${file}`, import.meta.url);
mkdirSync(target("."), { recursive: true });
const files = [encoder, detectors, landmarks].flat().map((id) => models[id].file);
for (const file of ["manifest.json", ...files]) copyFileSync(modelPath(file), target(file));
