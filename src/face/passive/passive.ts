/** The passive signal: says from one photo, without the person's help, whether it shows a person or a picture of one. */
import { ok, type Result } from "../../errors.ts";
import type { Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";
import type { Detection } from "../detection/detect.ts";
import type { Point } from "../geometry.ts";
import { type FusionModel, fuse, type PassiveSignal } from "./fusion.ts";
import { gridSquare, measureGrid } from "./grid.ts";
import { askNetworks, type PassiveNetwork } from "./networks.ts";
import { squareAround } from "./square.ts";

export interface PassiveJudge {
  /** Corners of all that is sampled of this photo around the detection, in the photo's coordinates. */
  seenCorners(photo: Photo, detection: Pick<Detection, "box">): Point[];
  /** Judges the face of a detection. The networks are loaded at the first call. Fails with `not_ready`. */
  passiveSignal(photo: Photo, detection: Pick<Detection, "box">): Promise<Result<PassiveSignal>>;
}

export function createPassiveJudge(
  networks: readonly PassiveNetwork[],
  fusion: FusionModel,
  sample: Sampler,
): PassiveJudge {
  return {
    seenCorners(photo, { box }) {
      const reaches = networks.map(({ descriptor }) => squareAround(box, descriptor.reach, photo));
      return [...reaches, gridSquare(photo, box)].flatMap(({ left, top, side }) => [
        { x: left, y: top },
        { x: left + side, y: top + side },
      ]);
    },
    async passiveSignal(photo, { box }) {
      const opinions = await askNetworks(networks, sample, photo, box);
      if (!opinions.ok) return opinions;
      return ok(fuse(fusion, { ...opinions.value, grid: measureGrid(sample, photo, box) }));
    },
  };
}
