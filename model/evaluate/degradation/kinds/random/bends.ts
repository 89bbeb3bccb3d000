/** Operators that bend a photo: many waves at once, creases, parts of the face moved, whirls, pictures on solids. */
import { normalFrom, type Random } from "../kind.ts";
import { between, fraction, hash, logBetween, pick } from "./draw.ts";
import { drawWaveform, middle, type Point, places } from "./places.ts";

const signOf = (random: Random) => (random() < 0.5 ? -1 : 1);

/** Rings about several points and straight waves of several lengths, one over the other. */
export const waters = places((random) => {
  const count = 2 + Math.floor(4 * random());
  const slope = logBetween(random, 0.25, 1.3) / Math.sqrt(count);
  const far = pick(random, [1, 3, 5]);
  const isMoved = random() < 0.5;
  const waves = Array.from({ length: count }, () => {
    const period = logBetween(random, 0.2, 1.8);
    return {
      isRing: random() < 0.6,
      wave: random() < 0.6 ? (phase: number) => Math.sin(2 * Math.PI * phase) : drawWaveform(random),
      period,
      reach: (slope * period * between(random, 0.5, 1.5)) / (2 * Math.PI),
      u: far * (random() - 0.5),
      v: middle + far * (random() - 0.5),
      turn: 2 * Math.PI * random(),
      aside: pick(random, [0, 0, Math.PI / 2, Math.PI * random()]),
      phase: random(),
    };
  });
  return (detail) => {
    const drawn = waves.map(({ turn, aside, phase, ...rest }) => ({
      ...rest,
      cos: Math.cos(turn),
      sin: Math.sin(turn),
      cosAside: Math.cos(aside),
      sinAside: Math.sin(aside),
      phase: phase + (isMoved ? detail() : 0),
    }));
    return (u, v) => {
      let [toU, toV] = [u, v];
      for (const one of drawn) {
        let { cos, sin } = one;
        let along = cos * u + sin * v;
        if (one.isRing) {
          const [du, dv] = [u - one.u, v - one.v];
          along = Math.sqrt(du * du + dv * dv) + 1e-6;
          [cos, sin] = [du / along, dv / along];
        }
        const by = one.reach * one.wave(along / one.period + one.phase);
        toU += by * (one.cosAside * cos - one.sinAside * sin);
        toV += by * (one.cosAside * sin + one.sinAside * cos);
      }
      return [toU, toV];
    };
  };
});

/** Bent along straight lines and flat between them: folds, pleats, facets, zigzags. */
export const creases = places((random) => {
  const form = pick(random, ["zigzag", "facets", "facets", "folds", "folds", "pleats"]);
  const side = logBetween(random, 0.3, 1.4);
  const reach = side * logBetween(random, 0.06, 0.35);
  const isSquare = random() < 0.4;
  const tilt = Math.PI * random();
  const isMoved = random() < 0.4;
  const folds = Array.from({ length: 1 + Math.floor(5 * random()) }, () => ({
    turn: 2 * Math.PI * random(),
    at: 1.4 * (random() - 0.5),
    along: 0.3 * normalFrom(random),
    aside: 0.25 * normalFrom(random),
    lost: random() < 0.4 ? 0.15 * random() : 0,
  }));
  const zigzags = Array.from({ length: 2 }, () => ({
    turn: Math.PI * random(),
    to: 2 * Math.PI * random(),
    period: side * between(random, 0.8, 1.8),
    phase: random(),
  }));
  const sharpness = pick(random, [0.2, 0.35, 0.5]);
  const salt = Math.floor(1e6 * random());
  return (detail) => {
    const seed = isMoved ? Math.floor(1e6 * detail()) : salt;
    const shift = isMoved ? detail() : 0;
    return (u, v) => {
      if (form === "facets") {
        const [x, y] = [
          (Math.cos(tilt) * u + Math.sin(tilt) * v) / side + shift,
          (Math.cos(tilt) * v - Math.sin(tilt) * u) / side + shift,
        ];
        const [i, j] = [Math.floor(x), Math.floor(y)];
        const [s, t] = [x - i, y - j];
        const corner = (di: number, dj: number, k: number) => hash(i + di, j + dj, seed + k) - 0.5;
        const of = (k: number) => {
          if (isSquare)
            return (
              (1 - t) * ((1 - s) * corner(0, 0, k) + s * corner(1, 0, k)) +
              t * ((1 - s) * corner(0, 1, k) + s * corner(1, 1, k))
            );
          return s > t
            ? corner(0, 0, k) +
                s * (corner(1, 0, k) - corner(0, 0, k)) +
                t * (corner(1, 1, k) - corner(1, 0, k))
            : corner(0, 0, k) +
                t * (corner(0, 1, k) - corner(0, 0, k)) +
                s * (corner(1, 1, k) - corner(0, 1, k));
        };
        return [u + 2.5 * reach * of(0), v + 2.5 * reach * of(1)];
      }
      let [toU, toV] = [u, v];
      if (form === "zigzag") {
        for (const { turn, to, period, phase } of zigzags) {
          const along = (Math.cos(turn) * u + Math.sin(turn) * v) / period + phase + shift;
          const by = reach * (4 * Math.abs(fraction(along) - 0.5) - 1);
          toU += by * Math.cos(to);
          toV += by * Math.sin(to);
        }
        return [toU, toV];
      }
      if (form === "pleats") {
        const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
        const along = (cos * u + sin * v) / side + shift;
        const part = fraction(along);
        // The first part of each pleat is drawn out, or hides what it covers.
        const by =
          part < sharpness ? (part / sharpness) * 0.5 : 0.5 + ((part - sharpness) / (1 - sharpness)) * 0.5;
        const to = side * (Math.floor(along) + by - along) * Math.sign(folds[0].along);
        return [u + to * cos, v + to * sin];
      }
      for (const { turn, at, along, aside, lost } of folds) {
        const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
        const past = cos * u + sin * (v - middle) - at;
        if (past <= 0) continue;
        const [a, b] = [past * Math.max(-0.6, along) + lost, past * aside];
        toU += a * cos - b * sin;
        toV += a * sin + b * cos;
      }
      return [toU, toV];
    };
  };
});

/** Places of the face's parts, and how far each reaches, in eye distances; a pair lies on both sides. */
const parts = [
  { u: 0.5, v: 0, across: 0.38, down: 0.3, isPair: true },
  { u: 0.5, v: 0, across: 0.3, down: 0.22, isPair: true },
  { u: 0.5, v: -0.32, across: 0.45, down: 0.2, isPair: true },
  { u: 0, v: 0, across: 1.3, down: 0.4, isPair: false },
  { u: 0, v: 0.5, across: 0.3, down: 0.5, isPair: false },
  { u: 0, v: 0.68, across: 0.32, down: 0.24, isPair: false },
  { u: 0.2, v: 0.7, across: 0.2, down: 0.2, isPair: true },
  { u: 0, v: 1.1, across: 0.5, down: 0.28, isPair: false },
  { u: 0.38, v: 1.08, across: 0.25, down: 0.25, isPair: true },
  { u: 0, v: 1.6, across: 0.6, down: 0.4, isPair: false },
  { u: 0, v: 1.25, across: 1.2, down: 0.6, isPair: false },
  { u: 0.65, v: 0.7, across: 0.4, down: 0.45, isPair: true },
  { u: 0.85, v: 1.1, across: 0.4, down: 0.6, isPair: true },
  { u: 0.95, v: 0.4, across: 0.4, down: 1, isPair: true },
  { u: 0, v: -0.8, across: 0.9, down: 0.5, isPair: false },
  { u: 0, v: 0.55, across: 0.5, down: 1.4, isPair: false },
  { u: 0.5, v: 0.55, across: 0.6, down: 1.4, isPair: false },
  { u: -0.5, v: 0.55, across: 0.6, down: 1.4, isPair: false },
] as const;

/** One to three parts of the face moved, grown, shrunk, turned or leaned. */
export const features = places((random) => {
  const strength = logBetween(random, 0.4, 1.6);
  const changes = Array.from({ length: 1 + Math.floor(3 * random()) }, () => {
    const part = pick(random, parts);
    const wide = logBetween(random, 0.75, 1.5);
    const what = pick(random, ["move", "grow", "grow", "width", "height", "turn", "lean", "all"]);
    const by = (name: string, amount: number) =>
      what === name || what === "all" ? signOf(random) * amount * strength * between(random, 0.5, 1.2) : 0;
    const grow = by("grow", 0.4);
    const isDown = random() < 0.5;
    const move = by("move", 0.2);
    return {
      ...part,
      across: part.across * wide,
      down: part.down * wide,
      du: isDown ? 0.3 * move : move,
      dv: isDown ? move : 0.3 * move,
      width: grow + by("width", 0.45),
      height: grow + by("height", 0.45),
      turn: by("turn", 0.6),
      lean: by("lean", 0.5),
      form: pick(random, ["bell", "bell", "plate", "cap"]),
      isAlike: random() < 0.8,
    };
  });
  return () => (u, v) => {
    let [toU, toV] = [u, v];
    for (const part of changes) {
      const side = part.isPair && u < 0 ? -1 : 1;
      const mirrored = part.isAlike ? side : 1;
      const [x, y] = [side * u - part.u, v - part.v];
      const far = (x / part.across) ** 2 + (y / part.down) ** 2;
      const near =
        part.form === "bell"
          ? Math.exp(-far)
          : part.form === "plate"
            ? 1 / (1 + far ** 3)
            : far < 2
              ? (1 - far / 2) ** 2
              : 0;
      toU += near * (mirrored * part.du + side * (part.width * x + part.turn * y + part.lean * y));
      toV += near * (part.dv + part.height * y - part.turn * x);
    }
    return [toU, toV];
  };
});

/** Turned about one to four points, the more the nearer; drawn in or pushed out there as well. */
export const whirls = places((random) => {
  const isPair = random() < 0.35;
  const isMoved = random() < 0.35;
  const whirled = Array.from({ length: 1 + Math.floor(3.5 * random() ** 1.5) }, () => ({
    u: isPair ? between(random, 0.2, 0.8) : 1.6 * (random() - 0.5),
    v: middle + 1.8 * (random() - 0.5),
    radius: logBetween(random, 0.35, 2.6),
    turn: signOf(random) * logBetween(random, 0.25, 2.6),
    power: random() < 0.35 ? 0.8 * normalFrom(random) : 0,
    form: pick(random, ["square", "bell", "line", "far"]),
  }));
  return (detail) => {
    const [mu, mv] = isMoved ? [0.8 * (detail() - 0.5), 0.8 * (detail() - 0.5)] : [0, 0];
    return (u, v) => {
      let [toU, toV] = [u, v];
      for (const { u: u0, v: v0, radius, turn, power, form } of whirled) {
        const side = isPair && toU < 0 ? -1 : 1;
        const [x, y] = [side * toU - u0 - mu, toV - v0 - mv];
        const r = Math.hypot(x, y) / radius;
        if (r > 1 && form !== "bell" && form !== "far") continue;
        const near =
          form === "square"
            ? (1 - r) ** 2
            : form === "bell"
              ? Math.exp(-3 * r * r)
              : form === "line"
                ? 1 - r
                : r / (1 + r * r);
        const by = r < 1 ? Math.exp(power * (1 - r) ** 2) : 1;
        const [cos, sin] = [by * Math.cos(turn * near), by * Math.sin(turn * near)];
        toU = side * (u0 + mu + cos * x - sin * y);
        toV = v0 + mv + sin * x + cos * y;
      }
      return [toU, toV];
    };
  };
});

/** The picture on a solid or a bent sheet, or the face as a solid seen from elsewhere. */
export const wraps = places((random) => {
  const form = pick(random, [
    "arc",
    "arc",
    "polar",
    "tilt",
    "tilt",
    "cylinder",
    "sphere",
    "depth",
    "depth",
    "edge",
  ]);
  const turn = pick(random, [0, Math.PI / 2, Math.PI, -Math.PI / 2, 2 * Math.PI * random()]);
  const radius = logBetween(random, 0.8, 4);
  const [u0, v0] = random() < 0.5 ? [0, middle] : [0.9 * (random() - 0.5), middle + 1.2 * (random() - 0.5)];
  const isOut = random() < 0.5;
  const share = logBetween(random, 0.12, 0.7);
  const [lean, rise] = [signOf(random) * between(random, 0.15, 0.6), 0.3 * normalFrom(random)];
  const near = signOf(random) * logBetween(random, 0.15, 0.8);
  const [flat, tall] = [logBetween(random, 0.6, 1.2), logBetween(random, 0.7, 1.3)];
  const at = 0.8 * (random() - 0.5);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const bent = (x: number, y: number): Point => {
    if (form === "arc") {
      const r = Math.hypot(x, radius - y);
      return [radius * Math.atan2(x, radius - y) * tall, radius - r];
    }
    if (form === "polar") {
      const r = Math.hypot(x, y);
      const [px, py] = [Math.atan2(x, -y) * 0.6, 1.2 - r];
      return isOut
        ? [x + share * (px - x), y + share * (py - y)]
        : [x * (1 + share * y), y + share * (x * x - 0.3)];
    }
    if (form === "tilt") {
      const by = Math.max(0.2, 1 + lean * x + 0.5 * rise * y);
      return [x / by / flat, y / by];
    }
    if (form === "cylinder" || form === "sphere") {
      const r = form === "sphere" ? Math.hypot(x, y) : Math.abs(x);
      const wide = Math.max(0.75, radius * 0.6);
      const to = isOut
        ? wide * Math.asin(Math.min(0.999, r / wide)) * 0.8
        : wide * Math.tan(Math.min(1.4, r / wide));
      const by = r > 1e-6 ? to / r : 1;
      return [x * by, form === "sphere" ? y * by : y * (1 + (by - 1) * share)];
    }
    if (form === "depth") {
      const depth =
        Math.exp(-((x / 0.8) ** 2 + (y / 1.1) ** 2) / flat) +
        0.4 * Math.exp(-(x * x + (y - 0.1) ** 2) / 0.06);
      const by = (1 + 0.35 * near) / (1 + near * Math.min(1.2, depth));
      return [x * by + (isOut ? lean * 0.5 * depth : 0), y * by + (isOut ? rise * 0.5 * depth : 0)];
    }
    // Two halves of a sheet that meet at an edge, each seen from aside.
    const past = x - at;
    const by = Math.max(0.25, 1 + (isOut ? share : -0.6 * share) * Math.abs(past));
    return [at + past * (past > 0 ? 1 : tall) * by, y * by];
  };
  return () => (u, v) => {
    const [x, y] = [cos * (u - u0) + sin * (v - v0), cos * (v - v0) - sin * (u - u0)];
    const [toX, toY] = bent(x, y);
    return [u0 + cos * toX - sin * toY, v0 + sin * toX + cos * toY];
  };
});
