/** Prints results as a table for people or as lines of JSON for machines, and progress on stderr. */
import cliProgress from "cli-progress";
import { SamefaceError } from "../client/index.ts";
import { shown } from "./shown.ts";
import { UsageError } from "./usage.ts";

/** Exit code of the process; of several results the highest. */
export type ExitCode = 0 | 1 | 2;

export type Cell = string | number | undefined;

/** One result: its cells in the table, and the whole of it. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly json: object;
  readonly exitCode: ExitCode;
  /** True when the items after it would fail in the same way. */
  readonly endsAll?: boolean;
}

export interface Work<Item> {
  readonly heads: readonly string[];
  readonly items: readonly Item[];
  /** Items worked on at once. */
  readonly concurrency: number;
  readonly json: boolean;
  /** Spaces by which JSON is indented; default 0, which makes one line for each result. */
  readonly indent?: number;
  /** Names an item in the row of its failure. */
  readonly nameOf: (item: Item) => string;
  readonly run: (item: Item) => Promise<readonly Row[]>;
}

const fewestForProgress = 4;

/** Failures that the next item would meet too. */
const endingCodes = ["locked", "unauthorized", "forbidden", "subject_has_no_faces", "network"] as const;

/**
 * Works on each item and shows its rows, in the items' order. A failure that the next item would meet too ends the
 * work; each remaining item gets a row that says so.
 */
export async function runAll<Item>(work: Work<Item>): Promise<ExitCode> {
  const { items, heads, json, indent } = work;
  const results: (readonly Row[])[] = [];
  let next = 0;
  const hasBar = process.stderr.isTTY === true && !json && items.length >= fewestForProgress;
  const bar = hasBar ? startBar(items.length) : undefined;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      const rows = await runOne(work, items[index]);
      results[index] = rows;
      if (rows.some(({ endsAll }) => endsAll)) next = items.length;
      bar?.increment();
    }
  };
  await Promise.all(Array.from({ length: Math.min(work.concurrency, items.length) }, worker));
  bar?.stop();
  const rows = items.flatMap((item, index) => results[index] ?? [notTried(work, item)]);
  show(heads, rows, json, indent);
  return Math.max(0, ...rows.map(({ exitCode }) => exitCode)) as ExitCode;
}

async function runOne<Item>(work: Work<Item>, item: Item): Promise<readonly Row[]> {
  try {
    return await work.run(item);
  } catch (error) {
    const endsAll = error instanceof SamefaceError && error.is(...endingCodes);
    return [{ ...failedRow(work, item, explain(error), errorBody(error)), endsAll }];
  }
}

function notTried<Item>(work: Work<Item>, item: Item): Row {
  const message = "What failed before would have failed here too.";
  return failedRow(work, item, "not tried", { error: { code: "not_tried", message } });
}

function failedRow<Item>({ heads, nameOf }: Work<Item>, item: Item, sentence: string, body: object): Row {
  const cells = [nameOf(item), ...heads.slice(2).map(() => ""), sentence];
  return { cells, json: { input: nameOf(item), ...body }, exitCode: 2 };
}

export function show(heads: readonly string[], rows: readonly Row[], json: boolean, indent = 0): void {
  const lines = json
    ? rows.map((row) => JSON.stringify(row.json, null, indent))
    : table([heads, ...rows.map(({ cells }) => cells)]);
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
}

/** Says on stderr that a file of a folder was not taken for a photo. */
export function sayLeftOut(path: string, reason: string): void {
  process.stderr.write(`left out: ${shown(path)} (${reason})\n`);
}

/** Pads columns to their widest cell. */
function table(rows: readonly (readonly Cell[])[]): string[] {
  const texts = rows.map((row) => row.map((cell) => String(cell ?? "")));
  const widths = texts[0].map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  return texts.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd(),
  );
}

function startBar(total: number) {
  const bar = new cliProgress.SingleBar({ stream: process.stderr, clearOnComplete: true });
  bar.start(total, 0);
  return bar;
}

/** Makes a sentence for people of an error. */
export function explain(error: unknown): string {
  // Control characters are removed: a server's text or a file's name may hold a terminal's commands.
  return sentenceOf(error).replace(/\p{Cc}/gu, " ");
}

function sentenceOf(error: unknown): string {
  if (error instanceof SamefaceError) {
    const id = error.requestId === undefined ? "" : ` (request ${error.requestId})`;
    return `${error.code}: ${error.message}${error.code === "internal" ? id : ""}`;
  }
  return (error as Error).message;
}

export function errorBody(error: unknown): object {
  if (!(error instanceof SamefaceError)) {
    const code = error instanceof UsageError ? "usage" : "failed";
    return { error: { code, message: (error as Error).message } };
  }
  const { code, message, details, requestId } = error;
  return { error: { code, message, details }, ...(requestId === undefined ? {} : { request_id: requestId }) };
}
