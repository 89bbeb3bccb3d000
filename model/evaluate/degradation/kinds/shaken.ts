/**
 * Photos of a face or a camera that moved while light fell in, each by a motion drawn by the seed that its level is: a
 * shift, a turn, a growth and a shear at once.
 */
import { createRandom } from "../../statistics/random.ts";
import { faceFrame, type KindGroup, normalFrom, resample } from "./kind.ts";

/** Motions that are drawn. */
const motions = 36;
/** Moments that the photo is the mean of. */
const moments = 9;

export const shaken: KindGroup = {
  name: "shaken",
  source: import.meta.url,
  kinds: [
    {
      name: "smooth shake",
      unit: "seed",
      levels: Array.from({ length: motions }, (_, seed) => seed),
      apply(scene, seed) {
        const random = createRandom(6007 * seed + 13);
        const { toFace, fromFace } = faceFrame(scene);
        const reach = 0.1 + 0.4 * random();
        const [growth, turn, shear, across] = Array.from({ length: 4 }, () => reach * normalFrom(random));
        const [shiftU, shiftV] = [0.3 * reach * normalFrom(random), 0.3 * reach * normalFrom(random)];
        const [centreU, centreV] = [random() - 0.5, 0.55 + 1.4 * (random() - 0.5)];
        const { width, height, data } = scene.picture;
        const sum = new Float32Array(data.length);
        for (let k = 0; k < moments; k++) {
          const t = k / (moments - 1) - 0.5;
          const moved = resample(scene.picture, scene.picture, (x, y) => {
            const [u, v] = toFace(x, y);
            const [du, dv] = [u - centreU, v - centreV];
            return fromFace(
              u + t * (shiftU + (growth + shear) * du + (across - turn) * dv),
              v + t * (shiftV + (across + turn) * du + (growth - shear) * dv),
            );
          });
          for (const [at, value] of moved.data.entries()) sum[at] += value / moments;
        }
        return { width, height, data: Uint8Array.from(sum, Math.round) };
      },
    },
  ],
};
