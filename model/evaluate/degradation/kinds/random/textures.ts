/** Random textures: a number of 0..1 at each point of the face, in eye distances from between the eyes. */
import type { Random } from "../kind.ts";
import { between, fraction, hash, logBetween, pick } from "./draw.ts";

export type Texture = (u: number, v: number) => number;
/** Places a texture; its form is drawn already. */
export type TextureForm = (detail: Random) => Texture;

const forms: readonly ((random: Random) => TextureForm)[] = [
  bars,
  bars,
  mesh,
  dots,
  rings,
  clouds,
  clouds,
  streaks,
  cells,
  ramp,
  specks,
];

export const drawTexture = (random: Random): TextureForm => pick(random, forms)(random);

/** From a saw tooth of 0..1 to a wave of 0..1: soft, or with edges. */
function drawWave(random: Random): (phase: number) => number {
  if (random() < 0.4) return (phase) => 0.5 - 0.5 * Math.cos(2 * Math.PI * phase);
  const share = between(random, 0.15, 0.6);
  return (phase) => (fraction(phase) < share ? 1 : 0);
}

function bars(random: Random): TextureForm {
  const wave = drawWave(random);
  const turn = pick(random, [0, Math.PI / 2, Math.PI * random()]);
  const [across, down] = [Math.cos(turn), Math.sin(turn)];
  const period = logBetween(random, 0.06, 0.8);
  return (detail) => {
    const phase = detail();
    return (u, v) => wave((across * u + down * v) / period + phase);
  };
}

function mesh(random: Random): TextureForm {
  const wave = drawWave(random);
  const turn = Math.PI * random();
  const apart = pick(random, [Math.PI / 2, Math.PI / 3]);
  const period = logBetween(random, 0.08, 0.7);
  const isProduct = random() < 0.4;
  return (detail) => {
    const [first, second] = [detail(), detail()];
    const along = (u: number, v: number, by: number, phase: number) =>
      wave((Math.cos(by) * u + Math.sin(by) * v) / period + phase);
    return (u, v) => {
      const [a, b] = [along(u, v, turn, first), along(u, v, turn + apart, second)];
      return isProduct ? a * b : Math.max(a, b);
    };
  };
}

function dots(random: Random): TextureForm {
  const turn = Math.PI * random();
  const period = logBetween(random, 0.08, 0.6);
  const radius = between(random, 0.2, 0.5);
  const isSoft = random() < 0.4;
  return (detail) => {
    const [x0, y0] = [detail(), detail()];
    return (u, v) => {
      const x = (Math.cos(turn) * u + Math.sin(turn) * v) / period + x0;
      const y = (Math.cos(turn) * v - Math.sin(turn) * u) / period + y0;
      const r = Math.hypot(fraction(x) - 0.5, fraction(y) - 0.5);
      return isSoft ? Math.max(0, 1 - r / radius) : r < radius ? 1 : 0;
    };
  };
}

function rings(random: Random): TextureForm {
  const wave = drawWave(random);
  const period = logBetween(random, 0.1, 0.8);
  const reach = 0.8 * random();
  return (detail) => {
    const [u0, v0] = [reach * (detail() - 0.5), 0.5 + reach * (detail() - 0.5)];
    return (u, v) => wave(Math.hypot(u - u0, v - v0) / period);
  };
}

/** Waves of any direction between two frequencies, cut hard or soft. */
function clouds(random: Random): TextureForm {
  const fastest = logBetween(random, 2, 40);
  const slowest = fastest * between(random, 0.1, 0.7);
  const stretch = pick(random, [1, 1, 4]);
  const turn = Math.PI * random();
  const steep = logBetween(random, 0.7, 12);
  const least = between(random, -0.5, 0.5);
  return (detail) => {
    const parts = Array.from({ length: 7 }, () => {
      const frequency = between(detail, slowest, fastest);
      const direction = 2 * Math.PI * detail();
      const [x, y] = [frequency * Math.cos(direction), (frequency * Math.sin(direction)) / stretch];
      return {
        across: x * Math.cos(turn) - y * Math.sin(turn),
        down: x * Math.sin(turn) + y * Math.cos(turn),
        phase: 2 * Math.PI * detail(),
      };
    });
    return (u, v) => {
      let sum = 0;
      for (const { across, down, phase } of parts) sum += Math.cos(across * u + down * v + phase);
      return 1 / (1 + Math.exp(-steep * (sum / 1.9 - least)));
    };
  };
}

/** Short lines, all in one direction. */
function streaks(random: Random): TextureForm {
  const turn = Math.PI * random();
  const wide = logBetween(random, 0.03, 0.2);
  const long = logBetween(random, 0.3, 3);
  const share = between(random, 0.15, 0.6);
  return (detail) => {
    const salt = Math.floor(1e6 * detail());
    return (u, v) => {
      const lane = Math.floor((Math.cos(turn) * u + Math.sin(turn) * v) / wide);
      const along = (Math.cos(turn) * v - Math.sin(turn) * u) / long + 7 * hash(lane, 0, salt);
      return fraction(along) < share && hash(lane, 1 + Math.floor(along), salt) < 0.8 ? 1 : 0;
    };
  };
}

/** Worley's cells: their middles, or the lines between them. */
function cells(random: Random): TextureForm {
  const side = logBetween(random, 0.12, 0.6);
  const isLines = random() < 0.6;
  const thick = between(random, 0.05, 0.2);
  return (detail) => {
    const salt = Math.floor(1e6 * detail());
    return (u, v) => {
      const { nearest, second } = nearestPoints(u / side, v / side, salt);
      return isLines ? (second - nearest < thick ? 1 : 0) : Math.min(1, nearest);
    };
  };
}

/** Distances to the two nearest points of a lattice shaken at random, and the nearest one's place in it. */
export function nearestPoints(x: number, y: number, salt: number, shake = 1) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  let nearest = Number.POSITIVE_INFINITY;
  let second = nearest;
  let [i, j, middleX, middleY] = [0, 0, 0, 0];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const [c, r] = [column + dx, row + dy];
      const px = c + 0.5 + shake * (hash(c, r, salt) - 0.5);
      const py = r + 0.5 + shake * (hash(c, r, salt + 1) - 0.5);
      const distance = Math.hypot(x - px, y - py);
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        [i, j, middleX, middleY] = [c, r, px, py];
      } else if (distance < second) second = distance;
    }
  }
  return { nearest, second, column: i, row: j, middleX, middleY };
}

function ramp(random: Random): TextureForm {
  const isRound = random() < 0.4;
  const steep = logBetween(random, 0.3, 2);
  const turn = 2 * Math.PI * random();
  return (detail) => {
    const [u0, v0] = [detail() - 0.5, 0.5 + detail() - 0.5];
    return (u, v) => {
      const along = isRound
        ? 1.6 * Math.hypot(u - u0, v - v0) - 1
        : Math.cos(turn) * (u - u0) + Math.sin(turn) * (v - v0);
      return Math.min(1, Math.max(0, 0.5 + steep * along));
    };
  };
}

/** Discs of several sizes here and there. */
function specks(random: Random): TextureForm {
  const side = logBetween(random, 0.1, 0.7);
  const share = between(random, 0.2, 0.9);
  const largest = between(random, 0.2, 0.6);
  return (detail) => {
    const salt = Math.floor(1e6 * detail());
    return (u, v) => {
      const { nearest, column, row } = nearestPoints(u / side, v / side, salt);
      const isThere = hash(column, row, salt + 2) < share;
      return isThere && nearest < largest * (0.3 + 0.7 * hash(column, row, salt + 3)) ? 1 : 0;
    };
  };
}
