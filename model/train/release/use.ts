/**
 * Puts a trained model into use, or the shipped one back: `npm run model:use -- DIR | shipped`. The next `npm run
 * dev` or `npm run deploy` bundles it. Faces enrolled with the earlier model answer `model_mismatch` until `npm run
 * migrate` has converted them.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { parseCalibration } from "../../../src/face/decision/calibration.ts";
import { encoderInUse, type Manifest, occlusionIn, recognisabilityIn } from "../../../src/models.ts";

/** Files that replace others; the manifest comes last, so that it never names a missing file. */
const wanted = /\.(onnx|plan)$/;

export interface InUse {
  readonly id: string;
  /** False for a model without calibration, with which the service does not start. */
  readonly calibrated: boolean;
}

/** Throws when a file differs from the manifest. */
export function useModel(model: string, folder: string): InUse {
  const shipped = join(model, ".shipped");
  if (folder === "shipped" && !existsSync(shipped)) throw new Error("the shipped model is in use");
  const from = folder === "shipped" ? shipped : folder;
  const manifest = JSON.parse(readFileSync(join(from, "manifest.json"), "utf8")) as Manifest;
  for (const id of manifest.encoder) {
    const { file, sha256 } = manifest.models[id];
    const found = createHash("sha256")
      .update(readFileSync(join(from, file)))
      .digest("hex");
    if (found !== sha256) throw new Error(`${join(from, file)} is not the file that its manifest names`);
  }
  const { id } = encoderInUse(manifest);
  const files = [...readdirSync(from).filter((file) => wanted.test(file)), "manifest.json"];
  if (!existsSync(shipped)) {
    mkdirSync(shipped);
    for (const file of files) copyFileSync(join(model, file), join(shipped, file));
  }
  for (const file of files) copyFileSync(join(from, file), join(model, file));
  // The shipped files are stored only while another model is in use: the next shipped ones may be newer.
  if (from === shipped) rmSync(shipped, { recursive: true });
  return { id, calibrated: isCalibrated(manifest) };
}

function isCalibrated(manifest: Manifest): boolean {
  const { id, sha256 } = encoderInUse(manifest);
  try {
    parseCalibration(manifest.calibration?.[id], sha256);
    recognisabilityIn(manifest);
    occlusionIn(manifest);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  try {
    if (folder === undefined) throw new Error("npm run model:use -- DIR | shipped");
    const model = join(import.meta.dirname, "../../networks");
    const { id, calibrated } = useModel(model, folder);
    console.log(`${basename(folder)}: ${id} is in use from the next deployment on`);
    const fits = "model/calibrate/{recognisability,occlusion}/main.ts";
    const missing = `npm run calibrate, then ${fits}`;
    if (!calibrated) console.log(`before that: ${missing}, without which the service does not start`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
