/** Parameters of occlusion, which the manifest has beside the thresholds; model/calibrate/occlusion fits them. */
import * as z from "zod";
import { eyeMeasures } from "./eyewear.ts";
import { type OcclusionModel, occlusionMeasures } from "./occlusion.ts";

const finite = z.number();
const linear = (measures: number) => {
  const perMeasure = <Value extends z.ZodType>(value: Value) => z.array(value).length(measures);
  return {
    bias: finite,
    means: perMeasure(finite),
    spreads: perMeasure(finite.positive()),
    weights: perMeasure(finite),
  };
};

const entrySchema = z.strictObject({
  dataset: z.string(),
  regions: z.strictObject(linear(occlusionMeasures)),
  eyes: z.strictObject(linear(eyeMeasures)),
});

export type OcclusionEntry = z.input<typeof entrySchema>;

/**
 * Checks an entry of the manifest's `calibration`. Throws where its `occlusion` is missing, or was fitted to other
 * measures than these.
 */
export function parseOcclusion(entry: unknown): OcclusionModel {
  const found = (entry ?? {}) as { readonly occlusion?: unknown };
  const parsed = entrySchema.safeParse(found.occlusion);
  if (!parsed.success) throw new Error("the encoder's calibration does not say what is occluded");
  const { regions, eyes } = parsed.data;
  return { regions, eyes };
}
