/** Writes the report of an evaluation into a folder, as one file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRuntime } from "../../runtime.ts";
import type { Acquired } from "../acquisition/acquire.ts";
import type { Dataset } from "../dataset.ts";
import type { Evaluation } from "../evaluate.ts";
import type { Summary } from "../summary.ts";
import { renderPage } from "./page.ts";
import { thumbnail } from "./thumbnails.ts";
import { worstTrials } from "./worst.ts";

export interface ReportInput {
  readonly evaluation: Evaluation;
  readonly summary: Summary;
  readonly dataset: Dataset;
  readonly acquired: Acquired;
  readonly imagesFolder: string;
}

/** Number of trials shown of each kind; failures are shown up to three times as many. */
const shownTrials = 16;

/** @returns the path of the page */
export async function writeReport(folder: string, input: ReportInput): Promise<string> {
  const { evaluation, summary, dataset, acquired, imagesFolder } = input;
  const worst = worstTrials(evaluation, dataset, acquired, shownTrials);
  const shown = { ...worst, failures: worst.failures.slice(0, 3 * shownTrials) };
  const runtime = await loadRuntime();
  const pictures = new Map<string, string>();
  for (const image of imagesOf(shown)) {
    const picture = await thumbnail(runtime, imagesFolder, image);
    if (picture !== null) pictures.set(image, picture);
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "index.html");
  writeFileSync(path, renderPage(evaluation, summary, shown, pictures));
  return path;
}

function imagesOf({ falseMatches, falseNonMatches, failures }: ReturnType<typeof worstTrials>): Set<string> {
  return new Set([
    ...[...falseMatches, ...falseNonMatches].flatMap(({ left, right }) => [left, right]),
    ...failures.map(({ image }) => image),
  ]);
}
