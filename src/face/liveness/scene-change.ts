/**
 * Change of the scene between two frames: surroundings, clothes, and the light on the face. Each cell of one sketch is
 * compared with the most similar cell near its place in the other, since hands shake and phones come closer.
 */
import type { Frame } from "./frame.ts";
import { type SceneSketch, sketchSide } from "./scene.ts";

/** Mean differences of colour, 0..255 a channel, after one gain for the whole frame. */
export interface SceneChange {
  readonly surroundings: number;
  readonly clothes: number;
  /** Difference of the face's mean colour, relative to the surroundings'. */
  readonly light: number;
}

/** Cells by which a place may move. */
const reach = 3;

export function sceneChange(before: Frame, after: Frame): SceneChange {
  const gains = [0, 1, 2].map((channel) => meanOf(before, channel) / meanOf(after, channel));
  const [first, second] = [before.scene, after.scene];
  const [gained, reduced] = [
    scaled(second, gains),
    scaled(
      first,
      gains.map((gain) => 1 / gain),
    ),
  ];
  const zones = [before, after].map(zonesOf);
  const compare = (zone: number) =>
    Math.max(
      difference(first, gained, zones[0], zones[1], zone),
      difference(second, reduced, zones[1], zones[0], zone),
    );
  const faces = [before, after].map((frame, k) => faceColour(frame, zones[k]));
  const light = [0, 1, 2].reduce(
    (sum, channel) => sum + Math.abs(faces[0][channel] - gains[channel] * faces[1][channel]) / 3,
    0,
  );
  return { surroundings: compare(around), clothes: compare(clothes), light };
}

/** Multiplies each channel of a sketch. */
function scaled(scene: SceneSketch, gains: readonly number[]): Float64Array {
  const out = new Float64Array(scene.length);
  for (let channel = 0; channel < 3; channel++) {
    const gain = gains[channel];
    for (let i = channel; i < scene.length; i += 3) out[i] = gain * scene[i];
  }
  return out;
}

/** Parts of the scene. */
const [none, around, clothes, face] = [0, 1, 2, 3];

/** Assigns each cell of the sketch to a part of the scene by the face's box. */
function zonesOf({ box, image }: Frame): Uint8Array {
  const middle = box.x + box.width / 2;
  const zones = new Uint8Array(sketchSide * sketchSide);
  for (let row = 0, i = 0; row < sketchSide; row++) {
    const v = (((row + 0.5) * image.height) / sketchSide - box.y) / box.height;
    for (let column = 0; column < sketchSide; column++, i++) {
      const u = Math.abs((((column + 0.5) * image.width) / sketchSide - middle) / box.width);
      if (u < 0.35 && v > 0.1 && v < 0.9) zones[i] = face;
      else if (v >= 1.3) zones[i] = u < 0.9 ? clothes : none;
      else zones[i] = u > 0.95 || v < -0.75 ? around : none;
    }
  }
  return zones;
}

/** Mean over a zone's cells of the least difference to a cell of the same zone nearby; 0 where there is no such cell. */
function difference(
  here: SceneSketch,
  there: Float64Array,
  zonesFrom: Uint8Array,
  zonesTo: Uint8Array,
  zone: number,
): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < sketchSide; y++) {
    const [top, bottom] = [Math.max(0, y - reach), Math.min(sketchSide - 1, y + reach)];
    for (let x = 0; x < sketchSide; x++) {
      const at = y * sketchSide + x;
      if (zonesFrom[at] !== zone) continue;
      const red = here[3 * at];
      const green = here[3 * at + 1];
      const blue = here[3 * at + 2];
      const [first, last] = [Math.max(0, x - reach), Math.min(sketchSide - 1, x + reach)];
      let least = Number.POSITIVE_INFINITY;
      for (let v = top; v <= bottom; v++) {
        for (let k = v * sketchSide + first; k <= v * sketchSide + last; k++) {
          if (zonesTo[k] !== zone) continue;
          const off =
            Math.abs(red - there[3 * k]) +
            Math.abs(green - there[3 * k + 1]) +
            Math.abs(blue - there[3 * k + 2]);
          if (off < least) least = off;
        }
      }
      if (least === Number.POSITIVE_INFINITY) continue;
      sum += least / 3;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

function meanOf({ scene }: Frame, channel: number): number {
  let sum = 1;
  for (let i = channel; i < scene.length; i += 3) sum += scene[i];
  return sum;
}

function faceColour({ scene }: Frame, zones: Uint8Array): number[] {
  const sums = [0, 0, 0];
  let count = 0;
  zones.forEach((zone, i) => {
    if (zone !== face) return;
    count++;
    for (let channel = 0; channel < 3; channel++) sums[channel] += scene[3 * i + channel];
  });
  return sums.map((sum) => sum / Math.max(1, count));
}
