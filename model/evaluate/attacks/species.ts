/**
 * Made attacks by species: pictures of a photo as it would look printed, shown on a screen, replayed, taken again,
 * worn as a mask or projected. They are renderings and no real attacks: real ones differ in ways that none of these
 * knows. Every number that is drawn comes from the seed.
 *
 * A presentation is a scene in px of the photo, and the part of the frame that it fills.
 */
import type { Landmarks } from "../../../src/face/geometry.ts";
import type { Picture } from "../degradation/degrade.ts";
import type { Random } from "../degradation/kinds/kind.ts";
import { drawPerspective, drawShot, expose, type Frame, fromJpeg, type Shot, toJpeg } from "./camera.ts";
import {
  between,
  type Colour,
  grain,
  greyOf,
  map,
  mix,
  type Scene,
  sceneOf,
  smoothNoise,
  soften,
} from "./light.ts";

/** A photo of a person, another person's photo that serves as surroundings, and the seeded chance. */
export interface Material {
  readonly photo: Picture;
  readonly landmarks: Landmarks;
  readonly other: Picture;
}

export interface Species {
  readonly name: string;
  render(material: Material, random: Random): Uint8Array;
}

/** Fits the photo's middle into the frame, whole width: [x, y] of the photo for the frame's px. */
function fitted({ width, height }: Frame, photo: Picture, zoom: number) {
  const scale = (Math.min(photo.width / width, photo.height / height) * 1) / zoom;
  return (x: number, y: number): readonly [number, number] => [
    photo.width / 2 + (x - width / 2) * scale,
    photo.height / 2 + (y - height / 2) * scale,
  ];
}

/** A photo as its camera took it: the genuine presentation. */
export const genuine: Species = {
  name: "genuine",
  render({ photo }, random) {
    const shot = drawShot(random);
    const place = fitted(shot.frame, photo, between(random, 1, 1.15));
    const scene = sceneOf(photo);
    return toJpeg(
      expose((x, y) => scene(...place(x, y)), shot, random),
      shot.quality,
    );
  },
};

/** Puts a flat medium before the camera: edges, a background and light that falls on it are drawn. */
function present(
  material: Material,
  medium: (x: number, y: number, scale: number) => Colour,
  rim: { readonly width: number; readonly colour: Colour },
  random: Random,
  shot: Shot,
): Picture {
  const { photo, other } = material;
  const { frame } = shot;
  // Half of all attackers hold the picture so that its edges show.
  const zoom = random() < 0.5 ? between(random, 0.7, 0.95) : between(random, 1, 1.15);
  const place = fitted(frame, photo, zoom);
  const turned = drawPerspective(frame, 0.16, random);
  const scale = (photo.width / frame.width) * zoom;
  const behind = sceneOf(soften(other, 3));
  const background: Scene = (x, y) => {
    const [u, v] = [(x / frame.width) * other.width, (y / frame.height) * other.height];
    return map(behind(u, v), (value) => 0.8 * value);
  };
  const half = { x: photo.width / 2, y: (photo.height / 2) * Math.min(1, frame.height / frame.width + 0.25) };
  return expose(
    (x, y) => {
      const [u, v] = place(...turned(x, y));
      const outside = Math.max(
        Math.abs(u - photo.width / 2) - half.x,
        Math.abs(v - photo.height / 2) - half.y,
      );
      if (outside > rim.width) return background(x, y);
      return outside > 0 ? rim.colour : medium(u, v, scale);
    },
    shot,
    random,
  );
}

/** Light that a glossy surface throws back: a soft streak. */
function drawGloss(photo: Picture, strength: number, random: Random): (x: number, y: number) => number {
  const [x0, y0] = [random() * photo.width, random() * photo.height];
  const angle = Math.PI * random();
  const [long, short] = [between(random, 40, 120), between(random, 8, 35)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const along = (cos * (x - x0) + sin * (y - y0)) / long;
    const across = (cos * (y - y0) - sin * (x - x0)) / short;
    return strength * Math.exp(-(along ** 2) - across ** 2);
  };
}

/** Ink on paper: dots of a halftone at four angles, a smaller gamut, the paper's grain, and gloss. */
function drawPaper(photo: Picture, random: Random): (x: number, y: number) => Colour {
  const scene = sceneOf(photo);
  const pitch = between(random, 0.9, 2.2);
  const depth = between(random, 0.15, 0.7);
  const [black, white] = [between(random, 0.06, 0.16), between(random, 0.84, 0.95)];
  const saturation = between(random, 0.6, 0.9);
  const tint: Colour = [1, between(random, 0.96, 1), between(random, 0.9, 1)];
  const fibre = smoothNoise(between(random, 3, 12), random);
  const speck = grain(Math.floor(random() * 1e6));
  const gloss = drawGloss(photo, random() < 0.5 ? between(random, 0.1, 0.5) : 0, random);
  const angles = [15, 75, 0].map((degrees) => (degrees * Math.PI) / 180);
  return (x, y) => {
    const seen = scene(x, y);
    const grey = greyOf(seen);
    return map(seen, (value, channel) => {
      const ink = grey + saturation * (value - grey);
      const [cos, sin] = [Math.cos(angles[channel]), Math.sin(angles[channel])];
      const [a, b] = [(cos * x + sin * y) / pitch, (cos * y - sin * x) / pitch];
      const screen = 0.5 + 0.25 * (Math.cos(2 * Math.PI * a) + Math.cos(2 * Math.PI * b));
      const dot = 1 / (1 + Math.exp(-12 * (ink - screen)));
      const printed = ink * (1 - depth) + dot * depth;
      const paper = 1 + 0.02 * fibre(x, y) + 0.03 * speck(3 * x, 3 * y);
      return (black + (white - black) * printed) * tint[channel] * paper + gloss(x, y);
    });
  };
}

const print: Species = {
  name: "print",
  render(material, random) {
    const shot = drawShot(random);
    const paper = drawPaper(material.photo, random);
    const rim = { width: between(random, 0, 12), colour: [0.9, 0.9, 0.88] as Colour };
    return toJpeg(present(material, paper, rim, random, shot), shot.quality);
  },
};

/** Light of a screen: stripes of red, green and blue, dark rows, backlight, gamma, and what its glass reflects. */
function drawScreen(photo: Picture, other: Picture, random: Random): (x: number, y: number) => Colour {
  const scene = sceneOf(photo);
  const pitch = between(random, 0.5, 1.8);
  const depth = between(random, 0.1, 0.6);
  const angle = between(random, -0.12, 0.12);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const gamma = between(random, 0.75, 1.25);
  const backlight = between(random, 0.02, 0.09);
  const gain = between(random, 0.9, 1.2);
  const cool: Colour = [between(random, 0.85, 1), between(random, 0.93, 1), between(random, 1, 1.08)];
  const reflected = sceneOf(soften(other, 4));
  const reflection = random() < 0.5 ? between(random, 0.04, 0.15) : 0;
  const gloss = drawGloss(photo, random() < 0.4 ? between(random, 0.1, 0.5) : 0, random);
  return (x, y) => {
    const [column, row] = [(cos * x + sin * y) / pitch, (cos * y - sin * x) / pitch];
    const gap = 1 - (depth / 2) * (1 + Math.cos(2 * Math.PI * row));
    const mirror = reflected(other.width - x, y);
    return map(scene(x, y), (value, channel) => {
      const stripe = 1 - (depth / 2) * (1 + Math.cos(2 * Math.PI * (column - channel / 3)));
      const light = backlight + (1 - backlight) * Math.max(0, value) ** gamma;
      return light * stripe * gap * cool[channel] * gain + reflection * mirror[channel] + gloss(x, y);
    });
  };
}

const bezel = (random: Random) => ({ width: between(random, 4, 25), colour: [0.04, 0.04, 0.05] as Colour });

const screen: Species = {
  name: "screen",
  render(material, random) {
    const shot = drawShot(random);
    const light = drawScreen(material.photo, material.other, random);
    return toJpeg(present(material, light, bezel(random), random, shot), shot.quality);
  },
};

/** A video of 320 x 240 at a low bit rate, shown on a screen. */
const replay: Species = {
  name: "replay",
  render(material, random) {
    const video = { ...drawShot(random), frame: { width: 320, height: 240 } };
    const place = fitted(video.frame, material.photo, between(random, 1, 1.15));
    const scene = sceneOf(material.photo);
    const taken = expose((x, y) => scene(...place(x, y)), video, random);
    const played = fromJpeg(toJpeg(taken, Math.floor(between(random, 12, 45))));
    const shot = drawShot(random);
    const light = drawScreen(played, material.other, random);
    return toJpeg(present({ ...material, photo: played }, light, bezel(random), random, shot), shot.quality);
  },
};

/** A second camera's photo of a good print or screen whose dots do not show. */
const recapture: Species = {
  name: "recapture",
  render(material, random) {
    const first = drawShot(random);
    const place = fitted(first.frame, material.photo, between(random, 1, 1.15));
    const scene = sceneOf(material.photo);
    const taken = fromJpeg(
      toJpeg(
        expose((x, y) => scene(...place(x, y)), first, random),
        first.quality,
      ),
    );
    const again = sceneOf(taken);
    const [black, contrast] = [between(random, 0.03, 0.12), between(random, 0.75, 1.15)];
    const gloss = drawGloss(taken, random() < 0.5 ? between(random, 0.1, 0.4) : 0, random);
    const medium = (x: number, y: number) =>
      map(again(x, y), (value) => black + (0.5 + contrast * (value - 0.5)) * (1 - black) + gloss(x, y));
    const drawn = drawShot(random);
    const shot = { ...drawn, blur: drawn.blur + between(random, 0.3, 1.2) };
    const rim = { width: between(random, 0, 10), colour: [0.5, 0.5, 0.5] as Colour };
    return toJpeg(present({ ...material, photo: taken }, medium, rim, random, shot), shot.quality);
  },
};

/** A printed face, cut out along its outline and at the eyes, before another person's surroundings. */
const mask: Species = {
  name: "mask",
  render(material, random) {
    const { photo, other, landmarks } = material;
    const shot = drawShot(random);
    const place = fitted(shot.frame, photo, between(random, 1, 1.15));
    const [paper, live, behind] = [drawPaper(photo, random), sceneOf(photo), sceneOf(other)];
    const [left, right, nose] = landmarks;
    const eyes = Math.hypot(right.x - left.x, right.y - left.y);
    const shade = smoothNoise(2 * eyes, random);
    const inside = (x: number, y: number, middle: { x: number; y: number }, a: number, b: number) =>
      ((x - middle.x) / (a * eyes)) ** 2 + ((y - middle.y) / (b * eyes)) ** 2;
    const scene: Scene = (x, y) => {
      const [u, v] = place(x, y);
      if (inside(u, v, { x: nose.x, y: nose.y - 0.1 * eyes }, 1.15, 1.6) > 1) return behind(u, v);
      const hole = Math.min(inside(u, v, left, 0.26, 0.15), inside(u, v, right, 0.26, 0.15));
      if (hole < 1) return map(live(u, v), (value) => value * (hole > 0.6 ? 0.6 : 0.9));
      return map(paper(u, v), (value) => value * (1 + 0.12 * shade(u, v)));
    };
    return toJpeg(expose(scene, shot, random), shot.quality);
  },
};

/** A projector's light on a wall: little contrast, a cast, soft edges and a bright middle. */
const projection: Species = {
  name: "projection",
  render(material, random) {
    const shot = drawShot(random);
    const soft = sceneOf(soften(material.photo, between(random, 0.5, 1.6)));
    const [ambient, gain] = [between(random, 0.1, 0.3), between(random, 0.55, 0.85)];
    const wall: Colour = [between(random, 0.9, 1), between(random, 0.88, 1), between(random, 0.8, 1)];
    const plaster = smoothNoise(between(random, 4, 15), random);
    const { width, height } = material.photo;
    const grid = between(random, 0.6, 1.6);
    const medium = (x: number, y: number): Colour => {
      const fall = 1 - 0.5 * (((x - width / 2) / width) ** 2 + ((y - height / 2) / height) ** 2);
      const lattice =
        1 - 0.08 * (1 + Math.cos((2 * Math.PI * x) / grid) * Math.cos((2 * Math.PI * y) / grid));
      return map(
        soft(x, y),
        (value, channel) =>
          (ambient + gain * value * fall * lattice) * wall[channel] * (1 + 0.03 * plaster(x, y)),
      );
    };
    const rim = { width: between(random, 0, 8), colour: mix([0, 0, 0], wall, ambient) };
    return toJpeg(present(material, medium, rim, random, shot), shot.quality);
  },
};

export const attacks: readonly Species[] = [print, screen, replay, recapture, mask, projection];
