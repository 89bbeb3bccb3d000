/** Operators that take each pixel from elsewhere: ripples, warps, mirrors, tiles, cuts. */
import type { Picture } from "../../degrade.ts";
import { faceFrame, normalFrom, type Random, resample, type Scene } from "../kind.ts";
import { between, fraction, hash, logBetween, type Operator, pick } from "./draw.ts";
import { drawTexture, nearestPoints } from "./textures.ts";

type Point = readonly [u: number, v: number];
type Map = (u: number, v: number) => Point;

/** Middle of the face, in eye distances below the eyes. */
const middle = 0.55;

/** Each pixel from elsewhere, in the face's own frame. */
export function bendFace(scene: Scene, from: Map): Picture {
  const { toFace, fromFace } = faceFrame(scene);
  return resample(scene.picture, scene.picture, (x, y) => fromFace(...from(...toFace(x, y))));
}

const places =
  (draw: (random: Random) => (detail: Random) => Map): Operator =>
  (random) => {
    const form = draw(random);
    return (scene, detail) => bendFace(scene, form(detail));
  };

function drawWaveform(random: Random): (phase: number) => number {
  return pick(random, [
    (phase: number) => Math.sin(2 * Math.PI * phase),
    (phase: number) => Math.sin(2 * Math.PI * phase),
    (phase: number) => 4 * Math.abs(fraction(phase) - 0.5) - 1,
    (phase: number) => (fraction(phase) < 0.5 ? 1 : -1),
    (phase: number) => 2 * fraction(phase) - 1,
  ]);
}

/** Displaced by a wave: along a line, about a point, around it, or in both directions at once. */
export const ripple = places((random) => {
  const wave = drawWaveform(random);
  const period = logBetween(random, 0.15, 2);
  // Displacement over period: as a slope it is 2 pi times that.
  const reach = (period * logBetween(random, 0.35, 2)) / (2 * Math.PI);
  const form = pick(random, ["line", "line", "rings", "star", "both", "twist"]);
  const [turn, aside] = [Math.PI * random(), pick(random, [0, Math.PI / 2, Math.PI * random()])];
  const isCentred = random() < 0.6;
  const rays = Math.round(between(random, 3, 14));
  return (detail) => {
    const [phase, other] = [detail(), detail()];
    const [u0, v0] = isCentred ? [0, middle] : [detail() - 0.5, middle + detail() - 0.5];
    return (u, v) => {
      const [du, dv] = [u - u0, v - v0];
      const r = Math.hypot(du, dv) + 1e-6;
      if (form === "line") {
        const by = reach * wave((Math.cos(turn) * u + Math.sin(turn) * v) / period + phase);
        return [u + by * Math.cos(turn + aside), v + by * Math.sin(turn + aside)];
      }
      if (form === "both")
        return [u + reach * wave(v / period + phase), v + reach * wave(u / period + other)];
      const angle = Math.atan2(dv, du);
      if (form === "twist") {
        const turned = angle + (reach * wave(r / period + phase)) / r;
        return [u0 + r * Math.cos(turned), v0 + r * Math.sin(turned)];
      }
      const by =
        form === "rings"
          ? 1 + (reach * wave(r / period)) / r
          : 1 + 0.35 * reach * wave((rays * angle) / (2 * Math.PI) + phase);
      return [u0 + du * by, v0 + dv * by];
    };
  };
});

/** Lengths in one direction, in both, or about a point raised to powers; sheared, turned and seen from aside. */
export const warp = places((random) => {
  const form = pick(random, ["powers", "radial", "linear", "aside", "local", "curve"]);
  const [a, b] = [Math.exp(0.4 * normalFrom(random)), Math.exp(0.4 * normalFrom(random))];
  const [c, d] = [0.35 * normalFrom(random), 0.35 * normalFrom(random)];
  const points = Array.from({ length: 4 }, () => ({
    u: between(random, 0, 1),
    v: between(random, -0.5, 1.6),
    size: between(random, 0.25, 0.8),
    du: 0.22 * normalFrom(random),
    dv: 0.22 * normalFrom(random),
    by: 0.5 * normalFrom(random),
  }));
  const isAlike = random() < 0.6;
  const power = (value: number, exponent: number) => Math.sign(value) * Math.abs(value) ** exponent;
  return () => (u, v) => {
    const y = v - middle;
    if (form === "powers") return [power(u, a), middle + power(y, b)];
    if (form === "linear") return [a * u + c * y, middle + b * y + 0.5 * d * u];
    if (form === "aside") {
      const by = Math.max(0.25, 1 + 0.5 * c * u + 0.5 * d * y);
      return [u / by, middle + y / by];
    }
    if (form === "curve") return [u * a ** y + c * y * y, middle + y + d * u * u];
    if (form === "radial") {
      const r = Math.hypot(u, y) + 1e-6;
      const turned = Math.atan2(y, u) + c * Math.exp(-r);
      const far = r < 1.6 ? 1.6 * (r / 1.6) ** a : r;
      return [far * Math.cos(turned), middle + far * Math.sin(turned)];
    }
    let [toU, toV] = [u, v];
    for (const point of points) {
      const side = isAlike && u < 0 ? -1 : 1;
      const [du, dv] = [side * u - point.u, v - point.v];
      const near = Math.exp(-(du * du + dv * dv) / point.size ** 2);
      toU += side * near * (point.du + point.by * du);
      toV += near * (point.dv + point.by * dv);
    }
    return [toU, toV];
  };
});

/** Halves, quarters and sectors repeated; bands, rings and tiles moved, turned or enlarged. */
export const mirror = places((random) => {
  const form = pick(random, ["fold", "fold", "sectors", "bands", "polar", "repeat"]);
  const turn = pick(random, [0, Math.PI / 2, Math.PI, -Math.PI / 2, 2 * Math.PI * random()]);
  const at = 0.6 * (random() - 0.5);
  const sectors = Math.round(between(random, 2, 8));
  const wide = logBetween(random, 0.12, 0.8);
  const shift = between(random, 0.1, 0.5);
  const times = between(random, 0.3, 0.8);
  return (detail) => {
    const salt = Math.floor(1e6 * detail());
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    return (u, v) => {
      const y = v - middle;
      const [along, aside] = [cos * u + sin * y, cos * y - sin * u];
      const back = (x: number, z: number): Point => [cos * x - sin * z, middle + sin * x + cos * z];
      if (form === "fold") return back(Math.abs(along - at) + at, aside);
      if (form === "bands") {
        const band = Math.floor(along / wide);
        return back(along, aside + shift * (2 * hash(band, 0, salt) - 1));
      }
      if (form === "repeat") {
        const cell = 2.4 * times;
        return [fraction(u / cell + 0.5) * 2.4 - 1.2, middle + fraction(y / cell + 0.5) * 2.4 - 1.2];
      }
      const r = Math.hypot(u, y);
      const angle = Math.atan2(y, u);
      if (form === "sectors") {
        const part = (2 * Math.PI) / sectors;
        const folded = Math.abs(fraction((angle - turn) / part) - 0.5) * part + turn;
        return [r * Math.cos(folded), middle + r * Math.sin(folded)];
      }
      const ring = Math.floor(r / wide);
      const turned = angle + shift * (ring % 2 === 0 ? 1 : -1);
      return [r * Math.cos(turned), middle + r * Math.sin(turned)];
    };
  };
});

/** Cells of squares, bricks, hexagons or any shape: of one colour each, moved, turned, mirrored, exchanged or like lenses. */
export const tessellate: Operator = (random) => {
  const form = pick(random, ["squares", "bricks", "hexagons", "any", "triangles"]);
  const side = logBetween(random, 0.12, 0.6);
  const flat = pick(random, [1, 1, 2, 0.5]);
  const effect = pick(random, ["mean", "moved", "lens", "lens", "mirrored", "turned", "exchanged", "gap"]);
  const amount = between(random, 0.25, 1);
  const turn = random() < 0.5 ? 0 : Math.PI * random();
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return (scene, detail) => {
    const salt = Math.floor(1e6 * detail());
    const cellOf = (x: number, y: number) => {
      if (form === "any" || form === "hexagons") {
        const squeeze = form === "hexagons" ? 0.866 : 1;
        const shifted = form === "hexagons" ? 0.5 * (Math.floor(y / squeeze) & 1) : 0;
        const { column, row, middleX, middleY } = nearestPoints(
          x + shifted,
          y / squeeze,
          salt,
          form === "any" ? 1 : 0,
        );
        return { column, row, middleX: middleX - shifted, middleY: middleY * squeeze };
      }
      const row = Math.floor(y);
      const shifted = form === "bricks" ? 0.5 * (row & 1) : 0;
      const column = Math.floor(x + shifted);
      if (form !== "triangles") return { column, row, middleX: column + 0.5 - shifted, middleY: row + 0.5 };
      const upper = fraction(x) > fraction(y) ? 1 : 0;
      return {
        column: 2 * column + upper,
        row,
        middleX: column + (upper ? 2 / 3 : 1 / 3),
        middleY: row + (upper ? 1 / 3 : 2 / 3),
      };
    };
    const isGap = (dx: number, dy: number) => Math.max(Math.abs(dx), Math.abs(dy)) > 0.5 - 0.25 * amount;
    return bendFace(scene, (u, v) => {
      const [x, y] = [(cos * u + sin * v) / side, (cos * v - sin * u) / side / flat];
      const { column, row, middleX, middleY } = cellOf(x, y);
      let [dx, dy] = [x - middleX, y - middleY];
      let [toX, toY] = [middleX, middleY];
      const [first, second] = [hash(column, row, salt + 4) - 0.5, hash(column, row, salt + 5) - 0.5];
      if (effect === "mean") [dx, dy] = [0, 0];
      else if (effect === "lens") [dx, dy] = [dx * (1 + 1.5 * amount), dy * (1 + 1.5 * amount)];
      else if (effect === "mirrored") [dx, dy] = [-dx, first > 0 ? -dy : dy];
      else if (effect === "turned") {
        const angle = 4 * amount * first;
        [dx, dy] = [Math.cos(angle) * dx - Math.sin(angle) * dy, Math.sin(angle) * dx + Math.cos(angle) * dy];
      } else if (effect === "gap" && isGap(dx, dy)) return [99, 99];
      else if (effect === "moved") [toX, toY] = [toX + amount * first, toY + amount * second];
      else if (effect === "exchanged") {
        [toX, toY] = [toX + Math.round(3 * amount * first), toY + Math.round(3 * amount * second)];
      }
      const [px, py] = [side * (toX + dx), side * flat * (toY + dy)];
      return [cos * px - sin * py, sin * px + cos * py];
    });
  };
};

/** Seen through uneven glass: displaced by the slope of a texture, or by a number a pixel. */
export const glass: Operator = (random) => {
  const form = drawTexture(random);
  const isGrains = random() < 0.3;
  const reach = between(random, 0.04, 0.2);
  const step = 0.04;
  return (scene, detail) => {
    const salt = Math.floor(1e6 * detail());
    const texture = form(detail);
    return bendFace(scene, (u, v) => {
      if (isGrains) {
        const [i, j] = [Math.round(u / 0.025), Math.round(v / 0.025)];
        return [u + 2 * reach * (hash(i, j, salt) - 0.5), v + 2 * reach * (hash(i, j, salt + 1) - 0.5)];
      }
      const at = texture(u, v);
      return [
        u + reach * Math.max(-1, Math.min(1, (texture(u + step, v) - at) * 4)),
        v + reach * Math.max(-1, Math.min(1, (texture(u, v + step) - at) * 4)),
      ];
    });
  };
};

/** Rows or columns each moved along themselves: by turns, at random, or slowly astray. */
export const lines: Operator = (random) => {
  const isRows = random() < 0.6;
  const form = pick(random, ["turns", "random", "slow", "bursts"]);
  const reach = between(random, 0.08, 0.35);
  const thick = pick(random, [1, 1, 2, 4]);
  return ({ picture, landmarks }, detail) => {
    const eyes = Math.hypot(landmarks[1].x - landmarks[0].x, landmarks[1].y - landmarks[0].y);
    const salt = Math.floor(1e6 * detail());
    const period = between(detail, 5, 30);
    const shifts = Float32Array.from({ length: Math.max(picture.width, picture.height) }, (_, at) => {
      const line = Math.floor(at / thick);
      if (form === "turns") return line % 2 === 0 ? reach / 2 : -reach / 2;
      if (form === "random") return reach * (hash(line, 0, salt) - 0.5);
      if (form === "slow") return reach * Math.sin(at / period) * Math.sin(at / (2.7 * period));
      return Math.floor(at / 25) % 2 === 0 ? 2 * reach * (hash(Math.floor(at / 25), 0, salt) - 0.5) : 0;
    });
    const by = (at: number) => eyes * shifts[Math.min(shifts.length - 1, Math.max(0, Math.floor(at)))];
    return resample(picture, picture, (x, y) => (isRows ? [x + by(y), y] : [x, y + by(x)]));
  };
};

/** Shrunk or sampled to few pixels, of which each becomes a block or melts into the next. */
export const rescale: Operator = (random) => {
  const across = logBetween(random, 0.07, 0.3);
  const down = across * pick(random, [1, 1, 2, 0.5]);
  const isBlocks = random() < 0.5;
  const samples = pick(random, [1, 4]);
  return (scene) => {
    const { picture } = scene;
    const { toFace } = faceFrame(scene);
    const [u0, v0] = toFace(0, 0);
    const [u1] = toFace(100, 0);
    const [, v1] = toFace(0, 100);
    const width = Math.max(8, Math.round((picture.width * Math.abs(u1 - u0)) / 100 / across));
    const height = Math.max(8, Math.round((picture.height * Math.abs(v1 - v0)) / 100 / down));
    let small: Picture = {
      width: width * samples,
      height: height * samples,
      data: new Uint8Array(0),
    };
    small = resample(picture, small, (x, y) => [
      (x * picture.width) / small.width,
      (y * picture.height) / small.height,
    ]);
    if (samples > 1) {
      const fine = small;
      const data = new Uint8Array(4 * width * height).fill(255);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (let channel = 0; channel < 3; channel++) {
            let sum = 0;
            for (let k = 0; k < samples * samples; k++) {
              const at = (y * samples + Math.floor(k / samples)) * fine.width + x * samples + (k % samples);
              sum += fine.data[4 * at + channel];
            }
            data[4 * (y * width + x) + channel] = sum / (samples * samples);
          }
        }
      }
      small = { width, height, data };
    }
    return resample(small, picture, (x, y) => {
      const [u, v] = [(x * width) / picture.width, (y * height) / picture.height];
      return isBlocks ? [Math.floor(u) + 0.5, Math.floor(v) + 0.5] : [u, v];
    });
  };
};
