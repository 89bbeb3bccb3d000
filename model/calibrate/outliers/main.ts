/**
 * Shares of photos that templates of 2 to 5 photos leave out as somebody else's.
 *
 *   node model/calibrate/outliers/main.ts --list train.images.tsv --list test.images.tsv --images DIR
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { acquireAll } from "../../evaluate/acquisition/acquire.ts";
import { readDataset } from "../../evaluate/dataset.ts";
import { measureOutliers } from "./outliers.ts";

const usage = `usage: node model/calibrate/outliers/main.ts --list TSV [--list TSV ...] --images DIR

  --list FILE      columns image, identity; of several lists all people are taken together
  --images DIR     what the images' paths are relative to`;

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: { list: { type: "string", multiple: true }, images: { type: "string" } },
  });
  const { list, images } = flags;
  if (list === undefined || images === undefined) throw new Error(usage);
  const aliases = fileURLToPath(new URL("../lfw-aliases.tsv", import.meta.url));
  const people = readDataset({ list, aliases });
  const acquired = await acquireAll(people.images, { imagesFolder: images, policy: "center" });
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  for (const photos of [2, 3, 4, 5]) {
    const { own, mixed } = measureOutliers(people, acquired, { photos, seed: 1 });
    console.log(
      `${photos} photos: ${percent(own.setsLessOne)} of ${own.sets} sets with a photo left out, ${percent(own.leftOut)} of their photos; of ${mixed.sets} sets with a stranger ${percent(mixed.found)} find that photo, ${percent(mixed.ownLeftOut)} leave out another`,
    );
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
