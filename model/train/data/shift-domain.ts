/**
 * Makes two sides of one set of photos: every second photo of each person stays as it is (`reference`), the others
 * become what a poor, distant infrared camera would have taken (`probe`): a face of some 24 px, blurred, grey, in the
 * light that skin reflects beyond red.
 *
 *   node model/train/data/shift-domain.ts --list LIST.tsv --images DIR --out DIR
 *
 * It writes the photos and list.tsv, with the columns image, identity, side.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import jpeg from "jpeg-js";
import { blur, expose, type Picture, shrink } from "../../evaluate/degradation/degrade.ts";
import { readPhotos } from "./photos.ts";

/** Factor of the size: LFW's photos are 250 px wide, their faces about 105 px. */
const share = 24 / 105;
const blurSigmaPx = 0.8;
const jpegQuality = 75;
/** Half the light, so that the sensor's noise shows. */
const stops = -1;

export function shiftDomain(picture: Picture, seed: number): Picture {
  return blur(shrink(expose(toInfrared(picture), stops, seed), share), blurSigmaPx);
}

/** Approximates near infrared, which skin and hair reflect most: much of red, none of blue; lips and brows fade. */
function toInfrared({ width, height, data }: Picture): Picture {
  const grey = new Uint8ClampedArray(data.length).fill(255);
  for (let at = 0; at < data.length; at += 4) {
    const value = 1.3 * data[at] - 0.2 * data[at + 1] - 0.1 * data[at + 2] + 20;
    grey.fill(value, at, at + 3);
  }
  return { width, height, data: new Uint8Array(grey.buffer) };
}

function main(list: string, images: string, out: string): void {
  const photos = readPhotos({ data: list, images });
  const seen = new Map<number, number>();
  const lines = photos.images.map((image, row) => {
    const person = photos.identityOf[row];
    const count = seen.get(person) ?? 0;
    seen.set(person, count + 1);
    const path = join(out, image);
    mkdirSync(dirname(path), { recursive: true });
    // The first photo of every second person is a probe: most people have only one photo.
    const isProbe = (count + person) % 2 === 1;
    if (!isProbe) copyFileSync(join(images, image), path);
    else {
      const picture = jpeg.decode(readFileSync(join(images, image)), { useTArray: true });
      writeFileSync(path, jpeg.encode({ ...shiftDomain(picture, row) }, jpegQuality).data);
    }
    return `${image}\t${dirname(image)}\t${isProbe ? "probe" : "reference"}`;
  });
  writeFileSync(join(out, "list.tsv"), `image\tidentity\tside\n${lines.join("\n")}\n`);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { list: { type: "string" }, images: { type: "string" }, out: { type: "string" } },
  });
  const { list, images, out } = values;
  if (list === undefined || images === undefined || out === undefined) {
    console.error("--list, --images and --out are needed");
    process.exitCode = 2;
  } else main(list, images, out);
}
