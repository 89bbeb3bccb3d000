/** Operators that put things on or before a face as people and weather do: clothes, hands, hair, rain, dirt. */
import { blur } from "../../degrade.ts";
import { lumaOf, mapFace, mapPixels, normalFrom, type Random } from "../kind.ts";
import { between, type Colour, drawColour, fraction, hash, logBetween, type Operator, pick } from "./draw.ts";
import { nearestPoints } from "./textures.ts";

/** How far a place lies inside a thing, in eye distances; less than 0 outside. */
type Form = (u: number, v: number) => number;

const ellipse = (u: number, v: number, across: number, down: number) =>
  (1 - Math.hypot(u / across, v / down)) * Math.min(across, down);

/** Things that faces wear or have before them, each with shapes of its own. */
const forms: readonly ((random: Random) => Form)[] = [
  function mask(random) {
    const [top, bottom, wide] = [
      between(random, 0.1, 0.85),
      between(random, 1.5, 2.4),
      between(random, 0.7, 1.3),
    ];
    const [bow, dip] = [0.25 * normalFrom(random), 0.15 * random()];
    return (u, v) => Math.min(v - top - bow * u * u + dip * Math.cos(3 * u), bottom - v, wide - Math.abs(u));
  },
  function capOf(random) {
    const [edge, bow] = [between(random, -1, -0.2), 0.35 * normalFrom(random)];
    const brim = random() < 0.5 ? between(random, 0.1, 0.35) : 0;
    const wide = between(random, 1.1, 1.7);
    return (u, v) =>
      Math.min(
        edge + bow * u * u + (Math.abs(u) < 0.9 * wide ? brim * Math.cos(1.4 * u) : 0) - v,
        wide - Math.abs(u),
      );
  },
  function hood(random) {
    const [across, up, down] = [
      between(random, 0.65, 1.05),
      between(random, 0.7, 1.4),
      between(random, 1.1, 1.8),
    ];
    return (u, v) => -ellipse(u, v - 0.4, across, v < 0.4 ? up : down);
  },
  function slot(random) {
    const [across, down, wide] = [
      between(random, 0.7, 1.2),
      between(random, 0.2, 0.5),
      between(random, 1.2, 1.7),
    ];
    const at = between(random, -0.15, 0.35);
    return (u, v) => Math.min(ellipse(u, v - 0.6, wide, 2), -ellipse(u, v - at, across, down));
  },
  function glasses(random) {
    const [across, down, at] = [
      between(random, 0.25, 0.52),
      between(random, 0.16, 0.45),
      0.15 * normalFrom(random),
    ];
    const power = pick(random, [2, 2, 4, 8]);
    const rim = random() < 0.4 ? between(random, 0.04, 0.12) : 0;
    return (u, v) => {
      const r =
        (Math.abs((Math.abs(u) - 0.5) / across) ** power + Math.abs((v - at) / down) ** power) ** (1 / power);
      const lens = (1 - r) * down;
      const bridge = Math.min(0.04 + rim / 2 - Math.abs(v - at + 0.05), 1.1 - Math.abs(u));
      return Math.max(rim > 0 ? rim / 2 - Math.abs(lens) : lens, bridge);
    };
  },
  function fingers(random) {
    const [count, wide] = [Math.round(between(random, 1, 4)), between(random, 0.14, 0.32)];
    const [turn, u0, v0] = [2 * Math.PI * random(), 0.8 * (random() - 0.5), between(random, -0.3, 1.5)];
    const palm = random() < 0.5 ? between(random, 0.4, 0.8) : 0;
    return (u, v) => {
      const along = Math.cos(turn) * (u - u0) + Math.sin(turn) * (v - v0);
      const aside = Math.cos(turn) * (v - v0) - Math.sin(turn) * (u - u0);
      const nearest = Math.min(count - 1, Math.max(0, Math.round(aside / (1.15 * wide) + (count - 1) / 2)));
      const across = aside - (nearest - (count - 1) / 2) * 1.15 * wide;
      const finger = Math.min(wide / 2 - Math.abs(across), along + 0.12 * nearest * (count - nearest));
      return Math.max(finger, palm > 0 ? ellipse(along - 0.9, aside, 0.8, palm) : -1);
    };
  },
  function hair(random) {
    const [edge, bow, wave] = [between(random, -0.5, 0.35), 0.6 * normalFrom(random), 0.15 * random()];
    const isFringe = random() < 0.4;
    const isPair = random() < 0.5;
    const far = between(random, 0.15, 0.75);
    return (u, v) => {
      if (isFringe) return edge - 0.2 + bow * u * u + wave * Math.sin(7 * u) - v;
      const side = isPair ? Math.abs(u) : u;
      return Math.min(side - far - 0.3 * bow * (v - 0.5) ** 2 + wave * Math.sin(4 * v), 1.9 - side, 2.6 - v);
    };
  },
  function beard(random) {
    const [top, across] = [between(random, 0.75, 1.2), between(random, 0.5, 1)];
    const mouth = between(random, 0, 0.4);
    return (u, v) =>
      Math.min(
        v - top + 0.5 * Math.max(0, Math.abs(u) - 0.4),
        ellipse(u, v - 1.1, across, 1),
        -ellipse(u, v - 1.12, mouth + 0.01, 0.4 * mouth + 0.01),
      );
  },
  function held(random) {
    const [u0, v0] = [1.2 * (random() - 0.5), between(random, 0.2, 1.8)];
    const [across, down] = [logBetween(random, 0.15, 0.8), logBetween(random, 0.15, 0.8)];
    const turn = Math.PI * random();
    const isBox = random() < 0.5;
    return (u, v) => {
      const x = Math.cos(turn) * (u - u0) + Math.sin(turn) * (v - v0);
      const y = Math.cos(turn) * (v - v0) - Math.sin(turn) * (u - u0);
      return isBox ? Math.min(across - Math.abs(x), down - Math.abs(y)) : ellipse(x, y, across, down);
    };
  },
];

/** What a thing looks like at a place; `inside` is the distance from its edge. */
type Stuff = (u: number, v: number, inside: number, salt: number, colour: Colour) => Colour;

function drawStuff(random: Random): Stuff {
  const form = pick(random, [
    "plain",
    "cloth",
    "cloth",
    "strands",
    "stripes",
    "skin",
    "checks",
    "glossy",
    "spots",
  ]);
  const period = logBetween(random, 0.06, 0.5);
  const turn = pick(random, [0, Math.PI / 2, Math.PI * random()]);
  const depth = between(random, 0.15, 0.6);
  const fold = 0.35 * random();
  const other = drawColour(random);
  return (u, v, inside, salt, colour) => {
    const along = (Math.cos(turn) * u + Math.sin(turn) * v) / period;
    const aside = (Math.cos(turn) * v - Math.sin(turn) * u) / period;
    const round = form === "skin" || form === "glossy" ? Math.min(1, 0.6 + 2.2 * Math.max(0, inside)) : 1;
    let by = round * (1 + fold * Math.sin(2.3 * u + 3.1 * v + (salt % 6)));
    let mix = 0;
    if (form === "cloth")
      by *= 1 - depth * 0.5 * (fraction(4 * along) < 0.5 !== fraction(4 * aside) < 0.5 ? 1 : 0);
    if (form === "strands") by *= 1 - depth * (0.5 + 0.5 * Math.sin(14 * along + 2 * Math.sin(1.5 * aside)));
    if (form === "stripes") mix = fraction(along) < 0.5 ? 1 : 0;
    if (form === "checks") mix = (fraction(along) < 0.5 ? 0.5 : 0) + (fraction(aside) < 0.5 ? 0.5 : 0);
    if (form === "spots") mix = nearestPoints(along, aside, salt, 0.4).nearest < 0.3 ? 1 : 0;
    if (form === "glossy") by += 1.2 * Math.exp(-(((u + v - 0.4) / 0.12) ** 2));
    const of = (k: number) => by * (colour[k] + mix * (other[k] - colour[k]));
    return form === "skin" ? [by * 205, by * 160, by * 132] : [of(0), of(1), of(2)];
  };
}

/** One to three things at once, each with a shadow or without one; their colours the same on all photos, or not. */
export const worn: Operator = (random) => {
  const things = Array.from({ length: 1 + Math.floor(2.6 * random()) }, () => ({
    form: pick(random, forms)(random),
    stuff: drawStuff(random),
    colour: drawColour(random),
    opacity: random() < 0.8 ? 1 : between(random, 0.5, 0.95),
  }));
  const isOwn = random() < 0.4;
  const moves = pick(random, [0, 0, 0.1, 0.2]);
  const shadow = random() < 0.4 ? between(random, 0.1, 0.5) : 0;
  return (scene, detail) => {
    const drawn = things.map((thing) => ({
      ...thing,
      colour: isOwn ? drawColour(detail) : thing.colour,
      salt: Math.floor(1e6 * detail()),
      du: moves * (detail() - 0.5),
      dv: moves * (detail() - 0.5),
    }));
    return mapFace(scene, (u, v, red, green, blue) => {
      let own: Colour = [red, green, blue];
      for (const { form, stuff, colour, opacity, salt, du, dv } of drawn) {
        const inside = form(u - du, v - dv);
        if (inside <= 0) {
          const shade = 1 - shadow * Math.exp(inside / 0.15);
          own = [own[0] * shade, own[1] * shade, own[2] * shade];
          continue;
        }
        const by = opacity * Math.min(1, inside / 0.03);
        const to = stuff(u - du, v - dv, inside, salt, colour);
        own = [
          own[0] + by * (to[0] - own[0]),
          own[1] + by * (to[1] - own[1]),
          own[2] + by * (to[2] - own[2]),
        ];
      }
      return [own[0], own[1], own[2]];
    });
  };
};

/** Rain, snow, fog, drops, mud, frost and scratches: light lost to the air, and things in it or on the lens. */
export const weather: Operator = (random) => {
  const haze = random() < 0.6 ? between(random, 0.1, 0.65) : 0;
  const air = 90 + 160 * random();
  const uneven = 0.4 * random();
  const sigma = random() < 0.3 ? logBetween(random, 0.02, 0.1) : 0;
  const layers = Array.from({ length: 1 + Math.floor(3 * random()) }, () => {
    const isStreak = random() < 0.4;
    return {
      turn: 0.5 * normalFrom(random),
      wide: logBetween(random, 0.03, 0.3),
      long: isStreak ? logBetween(random, 3, 14) : between(random, 0.8, 1.3),
      share: between(random, 0.15, 0.8),
      size: between(random, 0.15, 0.48),
      soft: random() < 0.5 ? 1 : 6,
      colour: random() < 0.6 ? ([225, 230, 235] as Colour) : drawColour(random),
      opacity: between(random, 0.35, 1),
    };
  });
  return (scene, detail) => {
    const { picture } = scene;
    const [left, right] = scene.landmarks;
    const eyes = Math.hypot(right.x - left.x, right.y - left.y);
    const soft = sigma > 0 ? blur(picture, Math.max(0.6, sigma * eyes)) : picture;
    const luma = lumaOf(blur(picture, 0.3 * eyes));
    const salts = layers.map(() => Math.floor(1e6 * detail()));
    const phase = 6.3 * detail();
    let at = 0;
    return mapFace({ ...scene, picture: soft }, (u, v, red, green, blue) => {
      const veil = Math.min(1, haze * (1 + uneven * Math.sin(1.7 * u + 2.3 * v + phase)));
      const own = [red, green, blue].map((value) => value + veil * (0.85 * air + 0.15 * luma[at] - value));
      at++;
      for (const [k, layer] of layers.entries()) {
        const x = (Math.cos(layer.turn) * u + Math.sin(layer.turn) * v) / layer.wide;
        const y = (Math.cos(layer.turn) * v - Math.sin(layer.turn) * u) / layer.wide / layer.long;
        const { nearest, column, row } = nearestPoints(x, y, salts[k], 0.9);
        if (hash(column, row, salts[k] + 2) > layer.share) continue;
        const radius = layer.size * (0.4 + 0.6 * hash(column, row, salts[k] + 3));
        const by = layer.opacity * Math.min(1, Math.max(0, (1 - nearest / radius) * layer.soft));
        for (let c = 0; c < 3; c++) own[c] += by * (layer.colour[c] - own[c]);
      }
      return [own[0], own[1], own[2]];
    });
  };
};

/** Channels shown as another colour space's, combined with each other, folded by waves, or their bits moved. */
export const arithmetic: Operator = (random) => {
  const form = pick(random, ["space", "space", "pairs", "pairs", "waves", "waves", "bits", "powers"]);
  const space = pick(random, ["hsl", "hsv", "ycc", "opponent", "cmy"] as const);
  const order = pick(random, [
    [0, 1, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]);
  const pair = Array.from({ length: 3 }, () => ({
    of: Math.floor(3 * random()),
    with: Math.floor(3 * random()),
    by: pick(random, ["less", "more", "apart", "product", "ratio", "screen", "own", "own"] as const),
  }));
  const waves = Array.from({ length: 3 }, () => ({
    turns: logBetween(random, 0.7, 5),
    phase: 2 * Math.PI * random(),
    height: logBetween(random, 15, 130),
  }));
  const isOne = random() < 0.5;
  const isAdded = random() < 0.6;
  const bits = Math.round(between(random, 1, 6));
  const what = pick(random, ["shift", "exclusive", "mask", "turn"]);
  const powers = Array.from({ length: 3 }, () => logBetween(random, 0.3, 3.5));
  const strength = between(random, 0.35, 1);
  return ({ picture }) =>
    mapPixels(picture, (red, green, blue) => {
      const own = [red, green, blue];
      const of = (k: number) => {
        const value = own[k];
        if (form === "powers") return 255 * (value / 255) ** powers[k];
        if (form === "waves") {
          const wave = waves[isOne ? 0 : k];
          const to = wave.height * Math.sin((2 * Math.PI * wave.turns * value) / 255 + wave.phase);
          return isAdded ? value + to : 127.5 + to;
        }
        if (form === "bits") {
          const mask = 2 ** bits;
          if (what === "shift") return (value * mask) % 256;
          if (what === "exclusive") return value ^ (255 - mask);
          if (what === "mask") return value & ~mask;
          return (value + 255 * strength) % 256;
        }
        if (form === "pairs") {
          const [a, b] = [own[pair[k].of], own[pair[k].with]];
          const to = {
            less: Math.min(a, b),
            more: Math.max(a, b),
            apart: Math.abs(a - b) * 3,
            product: (a * b) / 200,
            own: value,
          };
          const by = pair[k].by;
          return by === "ratio"
            ? (128 * (a + 10)) / (b + 10)
            : by === "screen"
              ? 255 - ((255 - a) * (255 - b)) / 255
              : to[by];
        }
        return colourSpace(space, own)[order[k]];
      };
      const to = [of(0), of(1), of(2)];
      return form === "pairs" || form === "space"
        ? [
            red + strength * (to[0] - red),
            green + strength * (to[1] - green),
            blue + strength * (to[2] - blue),
          ]
        : [to[0], to[1], to[2]];
    });
};

/** The colour in another space, each coordinate within 0..255. */
function colourSpace(
  space: "hsl" | "hsv" | "ycc" | "opponent" | "cmy",
  [red, green, blue]: readonly number[],
): Colour {
  if (space === "cmy") return [255 - red, 255 - green, 255 - blue];
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  if (space === "ycc") return [luma, 128 + 0.564 * (blue - luma), 128 + 0.713 * (red - luma)];
  if (space === "opponent")
    return [(red + green + blue) / 3, 128 + red - green, 128 + (red + green) / 2 - blue];
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const range = most - least;
  const turn =
    range === 0
      ? 0
      : most === red
        ? fraction((green - blue) / range / 6)
        : most === green
          ? ((blue - red) / range + 2) / 6
          : ((red - green) / range + 4) / 6;
  const sum = most + least;
  const saturation =
    space === "hsv" ? range / Math.max(1, most) : range / Math.max(1, sum <= 255 ? sum : 510 - sum);
  return [255 * turn, 255 * saturation, space === "hsv" ? most : sum / 2];
}
