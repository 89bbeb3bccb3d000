/**
 * Random smooth warps of the face, each drawn by the seed that its level is: they stand for all mirrors, lenses and
 * programs that bend every face alike, and are no copies of any.
 *
 * A warp follows random functions: sums of waves no shorter than a band allows, of mean square 1. Most stretch lengths
 * by the exponential of such a function, so that nothing folds; the strength is the standard deviation of the
 * logarithm of the stretch, or of the displacement's slope.
 */
import { createRandom } from "../../statistics/random.ts";
import { faceFrame, type Kind, type KindGroup, normalFrom, type Random, resample } from "./kind.ts";

type Point = readonly [u: number, v: number];
type Map = (u: number, v: number) => Point;

/** Warps of each kind. */
const warpsOfKind = 36;
/** Highest frequencies of the waves, radians an eye distance. */
const bands = [1.2, 2.5, 5, 9] as const;
/** Middle of the face, in eye distances below the eyes. */
const middle = 0.55;

export const smooth: KindGroup = {
  name: "smooth",
  source: import.meta.url,
  kinds: [
    smoothKind("smooth field", field),
    smoothKind("smooth widths", widths),
    smoothKind("smooth lengths", lengths),
    smoothKind("smooth lens", lens),
    smoothKind("smooth bend", bend),
    smoothKind("smooth mixture", (random, band, strength) => {
      const parts = [field, widths, lengths, lens, bend];
      const pick = () => parts[Math.floor(random() * parts.length)](random, band, strength * Math.SQRT1_2);
      const [first, second] = [pick(), pick()];
      return (u, v) => first(...second(u, v));
    }),
  ],
};

function smoothKind(name: string, draw: (random: Random, band: number, strength: number) => Map): Kind {
  return {
    name,
    unit: "seed",
    levels: Array.from({ length: warpsOfKind }, (_, seed) => seed),
    apply(scene, seed) {
      const random = createRandom(7919 * seed + name.length * 104729);
      const band = bands[seed % bands.length];
      const warp = draw(random, band, 0.2 + 0.4 * random());
      const { toFace, fromFace } = faceFrame(scene);
      return resample(scene.picture, scene.picture, (x, y) => fromFace(...warp(...toFace(x, y))));
    },
  };
}

/** A function of one number, of mean square 1. */
function waves(random: Random, band: number): (t: number) => number {
  const parts = Array.from({ length: 3 }, () => ({
    frequency: band * (0.25 + 0.75 * random()),
    phase: 2 * Math.PI * random(),
  }));
  const scale = Math.sqrt(2 / parts.length);
  return (t) => parts.reduce((sum, { frequency, phase }) => sum + scale * Math.cos(frequency * t + phase), 0);
}

/** The integral from 0 of the exponential of `strength` times a function: rises everywhere. */
function stretched(of: (t: number) => number, strength: number): (t: number) => number {
  const step = 0.02;
  const reach = 8;
  const table = new Float64Array(2 * (reach / step) + 1);
  const zero = reach / step;
  for (let k = 1; k <= zero; k++) {
    table[zero + k] = table[zero + k - 1] + step * Math.exp(strength * of((k - 0.5) * step));
    table[zero - k] = table[zero - k + 1] - step * Math.exp(strength * of((0.5 - k) * step));
  }
  return (t) => {
    const at = Math.min(table.length - 1.001, Math.max(0, t / step + zero));
    const below = Math.floor(at);
    return table[below] + (at - below) * (table[below + 1] - table[below]);
  };
}

/** Displaced by a field of waves in every direction; alike on both sides of the face, or not. */
function field(random: Random, band: number, strength: number): Map {
  const isAlike = random() < 0.5;
  const scalar = () => {
    const parts = Array.from({ length: 4 }, () => {
      const frequency = band * (0.25 + 0.75 * random());
      const direction = 2 * Math.PI * random();
      return {
        across: frequency * Math.cos(direction),
        down: frequency * Math.sin(direction),
        phase: 2 * Math.PI * random(),
        // The slope, not the height, has the same size at each frequency.
        height: Math.sqrt(2 / 4) / frequency,
      };
    });
    return (u: number, v: number) =>
      parts.reduce(
        (sum, { across, down, phase, height }) => sum + height * Math.cos(across * u + down * v + phase),
        0,
      );
  };
  const [across, down] = [scalar(), scalar()];
  return (u, v) => {
    const [du, dv] = isAlike
      ? [(across(u, v) - across(-u, v)) * Math.SQRT1_2, (down(u, v) + down(-u, v)) * Math.SQRT1_2]
      : [across(u, v), down(u, v)];
    return [u + strength * du, v + strength * dv];
  };
}

/** Widths that change down the face, or heights that change across it. */
function widths(random: Random, band: number, strength: number): Map {
  const isDown = random() < 0.7;
  const of = waves(random, band);
  const aside = random() < 0.5 ? strength / band : 0;
  const shift = waves(random, band);
  return isDown
    ? (u, v) => [u * Math.exp(strength * of(v)) + aside * shift(v), v]
    : (u, v) => [u, middle + (v - middle) * Math.exp(strength * of(u)) + aside * shift(u)];
}

/** Lengths along one axis, or both, that change along themselves. */
function lengths(random: Random, band: number, strength: number): Map {
  const which = Math.floor(3 * random());
  const across = stretched(waves(random, band), strength);
  const down = stretched(waves(random, band), strength);
  const isAlike = random() < 0.7;
  const u1 = (u: number) => (isAlike ? Math.sign(u) * across(Math.abs(u)) : across(u));
  const v1 = (v: number) => middle + down(v - middle);
  return (u, v) => [which === 1 ? u : u1(u), which === 0 ? v : v1(v)];
}

/** Distances from a point that change with themselves. */
function lens(random: Random, band: number, strength: number): Map {
  const isMiddle = random() < 0.5;
  const centre = [isMiddle ? 0 : 1.2 * (random() - 0.5), middle + 1.6 * (random() - 0.5)];
  const of = stretched(waves(random, band), strength);
  return (u, v) => {
    const [du, dv] = [u - centre[0], v - centre[1]];
    const r = Math.hypot(du, dv);
    const by = r > 1e-6 ? of(r) / r : 1;
    return [centre[0] + du * by, centre[1] + dv * by];
  };
}

/** Bent by squares and cubes of the place; alike on both sides of the face, or not. */
function bend(random: Random, _band: number, strength: number): Map {
  const isAlike = random() < 0.6;
  const [a, b, c, d, e, f, g, h, k] = Array.from({ length: 9 }, () => 0.6 * strength * normalFrom(random));
  const skew = isAlike ? 0 : 1;
  return (u, v) => {
    // Beyond the face a warp goes on straight.
    const x = 1.5 * Math.tanh(u / 1.5);
    const y = 2 * Math.tanh((v - middle) / 2);
    return [
      u + a * x * y + 0.5 * b * x * y * y + 0.5 * c * x * x * x + skew * (d * x * x + e * y * y),
      v + f * x * x + g * y * y + 0.5 * h * x * x * y + skew * k * x * y,
    ];
  };
}
