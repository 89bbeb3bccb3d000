/**
 * Fits the fusion of the passive signal on attacks made from one list's people and judges it on another's, each
 * species judged by a fit that has not seen it.
 *
 *   node model/evaluate/attacks/main.ts --list train.images.tsv --check test.images.tsv --images DIR --renderings DIR
 */
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { passiveNetworks } from "../../../src/models.ts";
import { writeManifestKey } from "../../calibrate/manifest.ts";
import { kernelsInNode, loadRuntime, readManifest } from "../../runtime.ts";
import { unmeasuredFusion } from "../../unmeasured.ts";
import { fitFusion } from "./fit.ts";
import { measure } from "./measure.ts";
import { report } from "./report.ts";

const usage = `usage: node model/evaluate/attacks/main.ts --list TRAIN --check TEST --images DIR --renderings DIR [options]

  --list FILE       columns image, identity; the people whose made attacks are fitted on
  --check FILE      a list of other people, on whose made attacks the fit is judged
  --images DIR      what the images' paths are relative to; JPEG
  --renderings DIR  where renderings are kept; those that are there are not made again
  --people A,B      number of people of each list, evenly spaced; 120,180 by default
  --take A,B        the first so many of these are used; 60,60 by default
  --write           writes the fusion into the manifest`;

const { values: flags } = parseArgs({
  options: {
    list: { type: "string" },
    check: { type: "string" },
    images: { type: "string" },
    renderings: { type: "string" },
    people: { type: "string", default: "120,180" },
    take: { type: "string", default: "60,60" },
    write: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  const { list, check, images, renderings } = flags;
  if (!list || !check || !images || !renderings) throw new Error(usage);
  const manifest = readManifest();
  const observed = { ...manifest, passiveFusion: unmeasuredFusion(manifest) };
  const { pipeline } = await loadRuntime(undefined, kernelsInNode, observed);
  const [people, take] = [flags.people, flags.take].map((text) => text.split(",").map(Number));
  const train = await measure(pipeline, {
    ...{ list, images, people: people[0], take: take[0], folder: join(renderings, "train") },
  });
  const test = await measure(pipeline, {
    ...{ list: check, images, people: people[1], take: take[1], folder: join(renderings, "test") },
  });
  console.log(`fitted on ${train.samples.length} photos, judged on ${test.samples.length}`);
  console.log(`without a face: ${[...test.faceless].map(([name, count]) => `${name} ${count}`).join(", ")}`);

  const facts = {
    dataset: join(basename(dirname(list)), basename(list)),
    networks: passiveNetworks(manifest),
  };
  const model = fitFusion(train.samples, facts);
  console.log(JSON.stringify(model));
  report(train.samples, test.samples);
  if (flags.write) writeManifestKey("passiveFusion", model);
}

await main();
