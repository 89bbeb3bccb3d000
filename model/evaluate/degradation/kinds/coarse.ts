/** Photos with too few pixels, or with the pixels that a strong compression left. */
import jpeg from "jpeg-js";
import { type Picture, shrink } from "../degrade.ts";
import { type KindGroup, kind, resample } from "./kind.ts";

export const coarse: KindGroup = {
  name: "coarse",
  source: import.meta.url,
  kinds: [
    kind("mosaic", "px a block", [5, 8, 12, 16], mosaic),
    kind("shrunk and enlarged", "of the side", [0.25, 0.16, 0.11, 0.08], shrinkAndEnlarge),
    kind("sampled", "every so many px", [4, 7, 10], sample),
  ],
};

export const compressed: KindGroup = {
  name: "compressed",
  source: import.meta.url,
  kinds: [kind("JPEG", "quality", [2, 5, 9], compress)],
};

/** Square blocks of their mean colour. */
function mosaic(picture: Picture, blockPx: number): Picture {
  const small = shrink(picture, 1 / blockPx);
  return enlargeNearest(small, picture);
}

function shrinkAndEnlarge(picture: Picture, share: number): Picture {
  const small = shrink(picture, share);
  const across = small.width / picture.width;
  const down = small.height / picture.height;
  return resample(small, picture, (x, y) => [
    Math.min(small.width - 0.5, Math.max(0.5, x * across)),
    Math.min(small.height - 0.5, Math.max(0.5, y * down)),
  ]);
}

/** Square blocks of one pixel's colour. */
function sample(picture: Picture, blockPx: number): Picture {
  const middle = (v: number, end: number) =>
    Math.min(end - 0.5, (Math.floor(v / blockPx) + 0.5) * blockPx + 0.5);
  return resample(picture, picture, (x, y) => [
    Math.floor(middle(x, picture.width)) + 0.5,
    Math.floor(middle(y, picture.height)) + 0.5,
  ]);
}

function enlargeNearest(small: Picture, { width, height }: Picture): Picture {
  return resample(small, { width, height }, (x, y) => [
    Math.floor((x * small.width) / width) + 0.5,
    Math.floor((y * small.height) / height) + 0.5,
  ]);
}

function compress({ width, height, data }: Picture, quality: number): Picture {
  const encoded = jpeg.encode({ width, height, data }, quality).data;
  return jpeg.decode(encoded, { useTArray: true });
}
