/**
 * Change of the scene between two frames: surroundings, clothes, and the light on the face. Each cell of one sketch is
 * compared with the most similar cell near its place in the other, since hands shake and phones come closer.
 */
import type { Frame } from "./frame.ts";
import { sketchSide } from "./scene.ts";

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
  const zones = [before, after].map(zonesOf);
  const compare = (zone: Zone) => {
    const there = difference(before, after, gains, zones[0], zones[1], zone);
    const back = difference(
      after,
      before,
      gains.map((gain) => 1 / gain),
      zones[1],
      zones[0],
      zone,
    );
    return Math.max(there, back);
  };
  const faces = [before, after].map((frame, k) => faceColour(frame, zones[k]));
  const light = [0, 1, 2].reduce(
    (sum, channel) => sum + Math.abs(faces[0][channel] - gains[channel] * faces[1][channel]) / 3,
    0,
  );
  return { surroundings: compare("around"), clothes: compare("clothes"), light };
}

type Zone = "around" | "clothes" | "face" | "none";

/** Assigns each cell of the sketch to a part of the scene by the face's box. */
function zonesOf({ box, image }: Frame): Zone[] {
  const middle = box.x + box.width / 2;
  return Array.from({ length: sketchSide * sketchSide }, (_, i) => {
    const x = (((i % sketchSide) + 0.5) * image.width) / sketchSide;
    const y = ((Math.floor(i / sketchSide) + 0.5) * image.height) / sketchSide;
    const [u, v] = [(x - middle) / box.width, (y - box.y) / box.height];
    if (Math.abs(u) < 0.35 && v > 0.1 && v < 0.9) return "face";
    if (v >= 1.3) return Math.abs(u) < 0.9 ? "clothes" : "none";
    return Math.abs(u) > 0.95 || v < -0.75 ? "around" : "none";
  });
}

/** Mean over a zone's cells of the least difference to a cell of the same zone nearby; 0 where there is no such cell. */
function difference(
  from: Frame,
  to: Frame,
  gains: readonly number[],
  zonesFrom: readonly Zone[],
  zonesTo: readonly Zone[],
  zone: Zone,
): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < sketchSide; y++) {
    for (let x = 0; x < sketchSide; x++) {
      const at = y * sketchSide + x;
      if (zonesFrom[at] !== zone) continue;
      let least = Number.POSITIVE_INFINITY;
      for (let v = Math.max(0, y - reach); v <= Math.min(sketchSide - 1, y + reach); v++) {
        for (let u = Math.max(0, x - reach); u <= Math.min(sketchSide - 1, x + reach); u++) {
          const there = v * sketchSide + u;
          if (zonesTo[there] !== zone) continue;
          let off = 0;
          for (let channel = 0; channel < 3; channel++) {
            off += Math.abs(from.scene[3 * at + channel] - gains[channel] * to.scene[3 * there + channel]);
          }
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

function faceColour({ scene }: Frame, zones: readonly Zone[]): number[] {
  const sums = [0, 0, 0];
  let count = 0;
  zones.forEach((zone, i) => {
    if (zone !== "face") return;
    count++;
    for (let channel = 0; channel < 3; channel++) sums[channel] += scene[3 * i + channel];
  });
  return sums.map((sum) => sum / Math.max(1, count));
}
