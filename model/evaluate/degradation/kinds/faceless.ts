/** Pictures without a face that a detector may take for one. Nothing of the photo is left in them. */
import { blur, type Picture } from "../degrade.ts";
import { type KindGroup, kind, mapPixels, normalFrom, type Random } from "./kind.ts";

export const faceless: KindGroup = {
  name: "no face",
  source: import.meta.url,
  kinds: [
    kind("drawn head", "px, softened", [0.5, 2], drawHead),
    kind("dark spots", "px, softened", [2, 5], darkSpots),
    kind("clouds", "grey levels", [60], clouds),
  ],
};

interface Ellipse {
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
  readonly colour: readonly [number, number, number];
}

function drawEllipses(size: Picture, ground: Ellipse["colour"], ellipses: readonly Ellipse[]): Picture {
  return mapPixels(size, (_r, _g, _b, at) => {
    const x = (at % size.width) / size.width;
    const y = Math.floor(at / size.width) / size.height;
    const top = ellipses.findLast(
      (one) => ((x - one.x) / one.across) ** 2 + ((y - one.y) / one.down) ** 2 < 1,
    );
    return top?.colour ?? ground;
  });
}

const anyColour = (random: Random): [number, number, number] => [
  255 * random(),
  255 * random(),
  255 * random(),
];

/** A head, hair, eyes, brows, a nose and a mouth of ellipses, of other measures each time. */
function drawHead(size: Picture, softenPx: number, random: Random): Picture {
  const near = (value: number, by: number) => value * (1 + by * (2 * random() - 1));
  const light = 0.5 + 0.5 * random();
  const skin: Ellipse["colour"] = [235 * light, 195 * light, 170 * light];
  const dark: Ellipse["colour"] = [40 * random(), 35 * random(), 35 * random()];
  const apart = near(0.075, 0.25);
  const eyesY = near(0.46, 0.06);
  const eye = near(0.025, 0.3);
  const pair = (y: number, across: number, down: number, colour: Ellipse["colour"]): Ellipse[] =>
    [-1, 1].map((side) => ({ x: 0.5 + side * apart, y, across, down, colour }));
  const drawn = drawEllipses(size, anyColour(random), [
    { x: 0.5, y: near(0.42, 0.05), across: near(0.22, 0.1), down: near(0.26, 0.1), colour: dark },
    { x: 0.5, y: 0.52, across: near(0.17, 0.15), down: near(0.22, 0.15), colour: skin },
    ...pair(eyesY, 1.5 * eye, eye, [245, 245, 245]),
    ...pair(eyesY, 0.7 * eye, 0.8 * eye, dark),
    ...pair(eyesY - 0.05, 1.8 * eye, 0.3 * eye, dark),
    {
      x: 0.5,
      y: near(0.55, 0.03),
      across: 0.015,
      down: near(0.05, 0.3),
      colour: [150 * light, 110 * light, 95 * light],
    },
    { x: 0.5, y: near(0.64, 0.04), across: near(0.06, 0.4), down: near(0.018, 0.6), colour: [150, 50, 50] },
  ]);
  return blur(drawn, softenPx);
}

/** Two dark spots over a third on a light one: what a detector of eyes and a mouth looks for. */
function darkSpots(size: Picture, softenPx: number, random: Random): Picture {
  const jitter = () => 0.03 * (random() - 0.5);
  const colour = (from: number): Ellipse["colour"] => [
    from + 60 * random(),
    from + 50 * random(),
    from + 50 * random(),
  ];
  const spot = (x: number, y: number): Ellipse => ({
    x: x + jitter(),
    y: y + jitter(),
    across: 0.03 + 0.03 * random(),
    down: 0.02 + 0.03 * random(),
    colour: colour(10),
  });
  const drawn = drawEllipses(size, colour(60), [
    { x: 0.5, y: 0.53, across: 0.16 + 0.05 * random(), down: 0.2 + 0.06 * random(), colour: colour(150) },
    spot(0.42, 0.47),
    spot(0.58, 0.47),
    spot(0.5, 0.65),
  ]);
  return grainy(blur(drawn, softenPx), random);
}

/** Soft blobs of several sizes under a face's large shading. */
function clouds(size: Picture, deviation: number, random: Random): Picture {
  const { width, height } = size;
  const head = darkSpots(size, 8, random);
  const octaves = [12, 6, 3].map((sigma) => {
    const noise = mapPixels(size, () => {
      const value = 128 + 100 * normalFrom(random);
      return [value, value, value];
    });
    const soft = blur(noise, sigma).data;
    return { soft, gain: (deviation / 60) * sigma };
  });
  return mapPixels({ width, height, data: head.data }, (red, green, blue, at) => {
    const shift = octaves.reduce((sum, { soft, gain }) => sum + 0.4 * gain * (soft[4 * at] - 128), 0);
    return [red + shift, green + shift, blue + shift];
  });
}

function grainy(picture: Picture, random: Random): Picture {
  return mapPixels(picture, (red, green, blue) => {
    const noise = 4 * normalFrom(random);
    return [red + noise, green + noise, blue + noise];
  });
}
