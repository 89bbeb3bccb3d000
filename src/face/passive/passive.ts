/** The passive signal: says from one photo, without the person's help, whether it shows a person or a picture of one. */
import { ok, type Result } from "../../errors.ts";
import type { Photo } from "../../image/photo.ts";
import type { Detection } from "../detection/detect.ts";
import { type FusionModel, fuse, type PassiveSignal } from "./fusion.ts";
import { measureGrid } from "./grid.ts";
import { askNetworks, type PassiveNetwork } from "./networks.ts";

export interface PassiveJudge {
  /**
   * Judges the face of a detection. The photo shows 1.5 sides of its box to each side of its middle, as far as it
   * reaches. The networks are loaded at the first call. Fails with `not_ready`.
   */
  passiveSignal(photo: Photo, detection: Pick<Detection, "box">): Promise<Result<PassiveSignal>>;
}

export function createPassiveJudge(networks: readonly PassiveNetwork[], fusion: FusionModel): PassiveJudge {
  return {
    async passiveSignal(photo, { box }) {
      const opinions = await askNetworks(networks, photo, box);
      if (!opinions.ok) return opinions;
      return ok(fuse(fusion, { ...opinions.value, grid: measureGrid(photo, box) }));
    },
  };
}
