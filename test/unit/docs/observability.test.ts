/** docs/observability.md names what the service writes: fields of the log, columns of the metrics, words in SQL. */
import { Hono } from "hono";
import { describe, expect, it, test } from "vitest";
import { buildDocument } from "../../../openapi/document.ts";
import { failureCodes } from "../../../openapi/failures.ts";
import { createBudget } from "../../../src/admission/budget.ts";
import { refuse } from "../../../src/http/answer.ts";
import type { AppEnv } from "../../../src/http/app-env.ts";
import type { RequestEntry } from "../../../src/http/middleware/log-entry.ts";
import { type Dataset, writeMetrics } from "../../../src/http/middleware/metrics.ts";
import { requestLog } from "../../../src/http/middleware/record.ts";
import { stages } from "../../../src/stopwatch.ts";
import { blocksOf, read, rowsOf, spansOf } from "../../fixtures/documentation.ts";

const page = read("docs/observability.md");
const blocks = blocksOf(page);

/** Returns the line that the service logs for a request with this answer. */
async function entryOf(answer: (c: Parameters<typeof refuse>[0]) => Response): Promise<RequestEntry> {
  const entries: RequestEntry[] = [];
  const budget = createBudget({ codecBytes: () => 0 });
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set("requestId", "r1");
    c.set("claim", budget.open());
    c.set("principal", { tenant: "default" } as AppEnv["Variables"]["principal"]);
    await next();
  });
  app.use(
    requestLog({
      log: (entry) => entries.push(entry),
      metrics: undefined,
      nowMs: () => 0,
      config: { environment: "production" },
      budget,
    }),
  );
  app.get("/", async (c) => {
    for (const stage of stages) await c.var.stopwatch.time(stage, async () => undefined);
    return answer(c);
  });
  await app.request("/");
  return entries[0];
}

const decided = await entryOf((c) => {
  c.set("outcome", "match");
  return c.json({});
});
const refused = await entryOf((c) => refuse(c, { code: "overloaded", reason: "", retryAfterSeconds: 1 }));

describe("the line of log", () => {
  const [{ code }] = blocks.filter(({ language }) => language === "json");
  const shown = JSON.parse(code) as RequestEntry;

  it("has the fields of a decision's", () => {
    expect(Object.keys(shown)).toEqual(Object.keys(decided));
  });

  it("has stages that there are", () => {
    expect(stages).toEqual(expect.arrayContaining(Object.keys(shown.stages_ms)));
  });

  it("is explained by fields that there are", () => {
    const written = new Set([...Object.keys(decided), ...Object.keys(refused)]);
    const named = rowsOf(page, "field", "").flatMap(([first]) => spansOf(first));
    expect(named.filter((name) => !written.has(name))).toEqual([]);
    for (const name of ["code", "reason", "waited_ms", "budget_used_bytes"]) expect(named).toContain(name);
  });
});

type Column = readonly [column: string, field: string];

/** `double3` to `double9` are seven columns, whose contents are named in their order. */
function columnsOf(cells: readonly string[]): Column[] {
  const [first, last] = spansOf(cells[0]);
  const names =
    spansOf(cells[0]).length === 2 && cells[0].includes(" to ") ? range(first, last) : spansOf(cells[0]);
  const fields = spansOf(cells[1]);
  if (fields.length !== names.length) throw new Error(`${cells[0]} are ${names.length} columns`);
  return names.map((name, i) => [name, fields[i]] as const);
}

function range(first: string, last: string): string[] {
  const kind = first.replace(/\d+$/, "");
  const [from, to] = [first, last].map((name) => Number(name.slice(kind.length)));
  return Array.from({ length: to - from + 1 }, (_, i) => `${kind}${from + i}`);
}

describe("the columns of the metrics", () => {
  const columns = rowsOf(page, "column", "").flatMap(columnsOf);

  it("are all that there are, and hold what the page says", () => {
    const entry: RequestEntry = {
      ...refused,
      code: "low_quality",
      reason: "blurred",
      outcome: "match",
      status: 1,
      total_ms: 2,
      stages_ms: Object.fromEntries(stages.map((stage, i) => [stage, 10 + i])),
      waited_ms: 30,
      budget_used_bytes: 40,
    };
    const written: Parameters<Dataset["writeDataPoint"]>[0][] = [];
    writeMetrics({ writeDataPoint: (point) => written.push(point) }, entry);
    const [{ indexes, blobs, doubles }] = written;
    const value = { ...entry, ...entry.stages_ms } as Record<string, unknown>;
    const numbered = (kind: string, values: readonly unknown[]) =>
      values.map((each, i) => [`${kind}${i + 1}`, each]);
    const there = [...numbered("index", indexes), ...numbered("blob", blobs), ...numbered("double", doubles)];
    expect(columns.map(([column, field]) => [column, value[field]])).toEqual(there);
  });
});

describe("the SQL", () => {
  const sql = blocks.filter(({ language }) => language === "sql").map(({ code }) => code);
  const routes = Object.keys(buildDocument().paths ?? {}).map((path) => path.replaceAll(/\{(\w+)\}/g, ":$1"));
  const known = new Set([...routes, ...failureCodes, "match", "no_match", "found", "not_found"]);
  const columns = new Set(
    rowsOf(page, "column", "")
      .flatMap(columnsOf)
      .map(([column]) => column),
  );

  const unknownWords = (text: string) => {
    const texts = [...text.matchAll(/'([^']*)'/g)]
      .map(([, word]) => word)
      .filter((word) => !/^\d+$/.test(word));
    const named = [...text.matchAll(/\b(?:index|blob|double)\d+\b/g)].map(([name]) => name);
    return [...texts.filter((word) => !known.has(word)), ...named.filter((name) => !columns.has(name))];
  };

  it("asks for columns, routes, codes and outcomes that there are", () => {
    expect(sql.length).toBeGreaterThan(0);
    expect(sql.flatMap(unknownWords)).toEqual([]);
  });

  test("of others is found", () => {
    expect(unknownWords("SELECT double99 FROM sameface WHERE blob3 = 'overload'")).toEqual([
      "overload",
      "double99",
    ]);
  });
});
