/** Puts a calibration into the manifest and leaves the rest of it unchanged. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { manifestPath } from "../runtime.ts";

/** @param encoder the encoder's id in the manifest; an earlier calibration of it is replaced */
export function writeCalibration(encoder: string, entry: unknown, path = manifestPath): void {
  const { calibration } = JSON.parse(readFileSync(path, "utf8"));
  writeManifestKey("calibration", { ...calibration, [encoder]: entry }, path);
}

/** Writes one key of the manifest that the build keeps. */
export function writeManifestKey(
  key: "calibration" | "passiveFusion",
  value: unknown,
  path = manifestPath,
): void {
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  manifest[key] = value;
  // The new file is renamed into place: a reader finds the old manifest or the new one, never a part.
  writeFileSync(`${path}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
