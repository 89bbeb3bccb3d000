/** Measures the passive signal of renderings, through the production pipeline. */
import { readFileSync } from "node:fs";
import type { Pipeline } from "../../../src/pipeline.ts";
import type { Sample } from "./fit.ts";
import { type RenderOptions, render } from "./render.ts";

export interface Measured {
  readonly samples: readonly Sample[];
  /** Renderings without a face that can be recognised, by species: the service refuses them for that alone. */
  readonly faceless: ReadonlyMap<string, number>;
}

export async function measure(pipeline: Pipeline, options: RenderOptions): Promise<Measured> {
  const samples: Sample[] = [];
  const faceless = new Map<string, number>();
  for await (const { person, species, path } of render(pipeline, options)) {
    const found = await pipeline.encodeFace(readFileSync(path), "center", { judgePassive: true });
    if (found.ok) samples.push({ person, species, signals: found.value.passive!.signals });
    else if (found.failure.code === "not_ready") throw new Error("the models cannot be loaded");
    else faceless.set(species, (faceless.get(species) ?? 0) + 1);
  }
  return { samples, faceless };
}
