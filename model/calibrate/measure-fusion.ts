/**
 * Compares ways to use several enrolled faces of one subject, at the thresholds of the manifest.
 *
 *   node model/calibrate/measure-fusion.ts --list train.images.tsv --images DIR [--faces 1,2,3,4]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { thresholdAt } from "../../src/face/calibration.ts";
import { acquireAll } from "../evaluate/acquire.ts";
import { readDataset } from "../evaluate/dataset.ts";
import { readCalibration } from "../runtime.ts";
import { measureFusion } from "./fusion.ts";

const { values: flags } = parseArgs({
  options: {
    list: { type: "string" },
    images: { type: "string" },
    aliases: { type: "string", default: fileURLToPath(new URL("./lfw-aliases.tsv", import.meta.url)) },
    faces: { type: "string", default: "1,2,3,4" },
    repeats: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
  },
});

async function main({ list, images }: typeof flags): Promise<void> {
  if (list === undefined || images === undefined) throw new Error("--list and --images are needed");
  const calibration = readCalibration();
  const dataset = readDataset({ list, aliases: flags.aliases });
  const { embeddings } = await acquireAll(dataset.images, { imagesFolder: images, policy: "center" });
  const { subjects, genuineTrials, impostorTrials, rows } = measureFusion(embeddings, dataset, {
    enrolledFaces: flags.faces.split(",").map(Number),
    maxFmrs: [1e-3, 1e-4],
    repeats: Number(flags.repeats),
    seed: Number(flags.seed),
    thresholdFor: (fmr) => thresholdAt(calibration, fmr),
  });
  console.log(`${subjects} subjects, ${genuineTrials} genuine and ${impostorTrials} impostor trials`);
  console.log("faces  max FMR  fusion     FMR       FNMR    FNMR at equal FMR");
  for (const { enrolledFaces, maxFmr, fusion, fmr, fnmr, fnmrAtEqualFmr } of rows) {
    console.log(
      `${String(enrolledFaces).padEnd(7)}${maxFmr.toExponential(0).padEnd(9)}${fusion.padEnd(11)}${fmr.toExponential(2).padEnd(10)}${fnmr.toFixed(4).padEnd(8)}${fnmrAtEqualFmr.toFixed(4)}`,
    );
  }
}

try {
  await main(flags);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
