/** Results for people, as a table, and for machines, as lines of JSON; progress on stderr. */
import cliProgress from "cli-progress";
import { SamefaceError } from "../client/index.ts";
import { UsageError } from "./usage.ts";

/** The process's; of several results the highest. */
export type ExitCode = 0 | 1 | 2;

export type Cell = string | number | undefined;

/** One result: what it says in a table, and all of it. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly json: object;
  readonly exitCode: ExitCode;
}

export interface Work<Item> {
  readonly heads: readonly string[];
  readonly items: readonly Item[];
  /** At the same time. */
  readonly concurrency: number;
  readonly json: boolean;
  /** Names an item where it fails. */
  readonly nameOf: (item: Item) => string;
  readonly run: (item: Item) => Promise<Row>;
}

const fewestForProgress = 4;

/** Each item to its result, shown in the order of the items. One that fails does not stop the others. */
export async function runAll<Item>(work: Work<Item>): Promise<ExitCode> {
  const { items, heads, json } = work;
  const rows: Row[] = [];
  let next = 0;
  const shown = process.stderr.isTTY === true && !json && items.length >= fewestForProgress;
  const bar = shown ? startBar(items.length) : undefined;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      rows[index] = await runOne(work, items[index]);
      bar?.increment();
    }
  };
  await Promise.all(Array.from({ length: Math.min(work.concurrency, items.length) }, worker));
  bar?.stop();
  show(heads, rows, json);
  return Math.max(0, ...rows.map(({ exitCode }) => exitCode)) as ExitCode;
}

async function runOne<Item>({ heads, nameOf, run }: Work<Item>, item: Item): Promise<Row> {
  try {
    return await run(item);
  } catch (error) {
    const cells = [nameOf(item), ...heads.slice(2).map(() => ""), explain(error)];
    return { cells, json: { input: nameOf(item), ...errorBody(error) }, exitCode: 2 };
  }
}

export function show(heads: readonly string[], rows: readonly Row[], json: boolean): void {
  const lines = json
    ? rows.map((row) => JSON.stringify(row.json))
    : table([heads, ...rows.map(({ cells }) => cells)]);
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly Cell[])[]): string[] {
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

/** A sentence for people. */
export function explain(error: unknown): string {
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
