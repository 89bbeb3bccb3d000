/** Photos seen through lenses and on bent surfaces, and features that a program enlarged. */
import type { Picture } from "../degrade.ts";
import { faceFrame, type Kind, type KindGroup, kind, type Random, resample, type Scene } from "./kind.ts";

export const lenses: KindGroup = {
  name: "lenses",
  source: import.meta.url,
  kinds: [
    nearFace("bulge", "of the distance", [0.45, 0.75], (share) => (r) => 1 - share * (1 - r) ** 2),
    nearFace("pinch", "of the distance", [0.5, 1.1], (share) => (r) => 1 + share * (1 - r) ** 2),
    nearFace("turned inside", "degrees", [0], () => (r) => 0.35 + 0.65 * r),
    kind("fisheye", "degrees to the corner", [50, 68], (picture, degrees) => radial(picture, degrees, true)),
    kind("pincushion", "degrees to the corner", [50, 68], (picture, degrees) =>
      radial(picture, degrees, false),
    ),
    kind("keystone", "of the far side", [0.45, 0.65], keystone),
    kind("arc", "degrees", [70, 130], arc),
    kind("cylinder", "0 upright, 1 lying", [0, 1], cylinder),
    faceWarp("long chin", "times", [1.7], (times) => (u, v) => [u, v < 0.45 ? v : 0.45 + (v - 0.45) / times]),
    faceWarp("short face", "times", [0.55, 0.7], (times) => (u, v) => [
      u,
      v < -0.3 ? v : -0.3 + (v + 0.3) / times,
    ]),
    faceWarp("wide middle", "of the distance", [0.5], (share) => (u, v) => [
      u * (1 - share * Math.exp(-((u / 0.8) ** 2))),
      v,
    ]),
    faceWarp("narrow middle", "of the distance", [0.8], (share) => (u, v) => [
      u * (1 + share * Math.exp(-((u / 0.8) ** 2))),
      v,
    ]),
    faceWarp("large eyes", "of the distance", [0.5], (share) => (u, v) => {
      const side = Math.sign(u) * 0.5;
      const factor = 1 - share * Math.max(0, 1 - Math.hypot(u - side, v) / 0.5);
      return [side + (u - side) * factor, v * factor];
    }),
    faceWarp("large mouth", "of the distance", [0.55], (share) => (u, v) => {
      const factor = 1 - share * Math.max(0, 1 - Math.hypot(u, v - 1.05) / 0.8);
      return [u * factor, 1.05 + (v - 1.05) * factor];
    }),
    faceWarp("leaning features", "of the height", [0.5, -0.5], (share) => (u, v) => [
      u + share * Math.max(0, v) ** 1.5,
      v - 0.3 * share * u * u,
    ]),
  ],
};

/** A lens somewhere over the face: `sourceOf` gives a pixel's source by its distance, both in radii of the lens. */
function nearFace(
  name: string,
  unit: string,
  levels: readonly number[],
  factorOf: (level: number) => (distance: number) => number,
): Kind {
  return faceWarp(name, unit, levels, (level, random) => {
    const radius = 1.3 + 1.3 * random();
    const centre = [0.9 * (random() - 0.5), 0.6 + 0.9 * (random() - 0.5)];
    const factor = factorOf(level);
    return (u, v) => {
      const dx = u - centre[0];
      const dy = v - centre[1];
      const distance = Math.hypot(dx, dy) / radius;
      const by = distance < 1 ? factor(distance) : 1;
      return [centre[0] + dx * by, centre[1] + dy * by];
    };
  });
}

/** A warp in the face's coordinates. */
function faceWarp(
  name: string,
  unit: string,
  levels: readonly number[],
  sourceOf: (level: number, random: Random) => (u: number, v: number) => readonly [number, number],
): Kind {
  return {
    name,
    unit,
    levels,
    apply(scene: Scene, level, random) {
      const { toFace, fromFace } = faceFrame(scene);
      const source = sourceOf(level, random);
      return resample(scene.picture, scene.picture, (x, y) => fromFace(...source(...toFace(x, y))));
    },
  };
}

/** Distances from the centre by the tangent of their angle, or the reverse. */
function radial(picture: Picture, degrees: number, outwards: boolean): Picture {
  const centreX = picture.width / 2;
  const centreY = picture.height / 2;
  const corner = Math.hypot(centreX, centreY);
  const widest = (degrees * Math.PI) / 180;
  return resample(picture, picture, (x, y) => {
    const r = Math.hypot(x - centreX, y - centreY) / corner;
    const source = outwards
      ? Math.tan(r * widest) / Math.tan(widest)
      : Math.atan(r * Math.tan(widest)) / widest;
    const factor = r > 0 ? source / r : 1;
    return [centreX + (x - centreX) * factor, centreY + (y - centreY) * factor];
  });
}

/** A plane seen aslant: one side, drawn by lot, this much shorter. */
function keystone(picture: Picture, share: number, random: Random): Picture {
  const { width, height } = picture;
  const lying = random() < 0.5;
  const from = random() < 0.5 ? -1 : 1;
  return resample(picture, picture, (x, y) => {
    const u = (2 * x) / width - 1;
    const v = (2 * y) / height - 1;
    const [along, across] = lying ? [u, v] : [v, u];
    const depth = 1 - (share * (1 + from * along)) / 2;
    const far = (1 - share / 2) * (along / depth);
    const source = across / depth;
    const [su, sv] = lying ? [far, source] : [source, far];
    return [((su + 1) * width) / 2, ((sv + 1) * height) / 2];
  });
}

/** Bent around a point above or below, as a label on a cone is. */
function arc(picture: Picture, degrees: number, random: Random): Picture {
  const { width, height } = picture;
  const angle = (degrees * Math.PI) / 180;
  const radius = width / angle;
  const up = random() < 0.5 ? 1 : -1;
  return resample(picture, picture, (x, y) => {
    const dx = x - width / 2;
    const dy = radius + up * (y - height / 2);
    return [width / 2 + Math.atan2(dx, dy) * radius, height / 2 + up * (Math.hypot(dx, dy) - radius)];
  });
}

function cylinder(picture: Picture, lying: number): Picture {
  const bend = (value: number, size: number) => {
    const t = Math.max(-1, Math.min(1, (2.6 * value) / size - 1.3));
    return (size * (1 + Math.asin(t) / (Math.PI / 2))) / 2;
  };
  return resample(picture, picture, (x, y) =>
    lying === 0 ? [bend(x, picture.width), y] : [x, bend(y, picture.height)],
  );
}
