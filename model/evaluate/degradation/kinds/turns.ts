/** Faces that do not stand upright. */
import type { Picture } from "../degrade.ts";
import { type KindGroup, kind, resample } from "./kind.ts";

export const turns: KindGroup = {
  name: "turned",
  source: import.meta.url,
  kinds: [
    kind("quarter turn", "degrees clockwise", [90, 180, 270], quarterTurn),
    kind("leaning", "degrees clockwise", [30, 45, 60, -45, 120, 150], lean),
    kind("upside down, mirrored", "", [0], (picture) =>
      resample(picture, picture, (x, y) => [x, picture.height - y]),
    ),
  ],
};

/** Turned clockwise by 90, 180 or 270 degrees, no pixel lost. */
function quarterTurn(picture: Picture, degrees: number): Picture {
  const { width, height } = picture;
  const lying = { width: height, height: width };
  if (degrees === 90) return resample(picture, lying, (x, y) => [y, height - x]);
  if (degrees === 270) return resample(picture, lying, (x, y) => [width - y, x]);
  return resample(picture, picture, (x, y) => [width - x, height - y]);
}

/** Turned clockwise about its centre by any angle, corners cut and filled with black. */
function lean(picture: Picture, degrees: number): Picture {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const centreX = picture.width / 2;
  const centreY = picture.height / 2;
  return resample(picture, picture, (x, y) => [
    centreX + (x - centreX) * cos + (y - centreY) * sin,
    centreY - (x - centreX) * sin + (y - centreY) * cos,
  ]);
}
