/**
 * Writes `model/networks/manifest.json`: the models in use, their files, and their description. Keys that this build does not
 * know (thresholds, written by calibration) stay as they are.
 */
import { createHash } from "node:crypto";
import type { Recipe } from "./recipes.ts";

export interface Artifact {
  readonly recipe: Recipe;
  readonly bytes: Uint8Array;
  /** The model's plan; models that are not shipped have none. */
  readonly plan?: Uint8Array;
}

/** Writes the manifest; the encoder in use consists of all encoders among `artifacts`. */
export function writeManifest(artifacts: readonly Artifact[], previous: string | null): string {
  const kept = previous === null ? {} : (JSON.parse(previous) as Record<string, unknown>);
  const idsOf = (role: string) =>
    artifacts.filter(({ recipe }) => recipe.descriptor.role === role).map(({ recipe }) => recipe.id);
  const manifest = {
    ...kept,
    schema: 1,
    encoder: idsOf("encoder"),
    detectors: idsOf("detector"),
    landmarks: idsOf("landmarks")[0],
    passive: idsOf("passive"),
    models: Object.fromEntries(artifacts.map((artifact) => [artifact.recipe.id, describe(artifact)])),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function describe({ recipe, bytes, plan }: Artifact): Record<string, unknown> {
  const { role, ...rest } = recipe.descriptor;
  return {
    role,
    file: fileOf(recipe),
    ...weigh(bytes),
    ...(plan && { plan: { file: planFileOf(recipe), ...weigh(plan) } }),
    precision: recipe.precision,
    source: recipe.source,
    ...rest,
  };
}

function weigh(bytes: Uint8Array): { sha256: string; bytes: number } {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

export function planFileOf({ id }: Recipe): string {
  return `${id}.plan`;
}

export function fileOf({ id }: Recipe): string {
  return `${id}.onnx`;
}
