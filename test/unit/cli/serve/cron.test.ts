import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dueTimes } from "../../../../cli/serve/cron.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const due = (cron: string, after: string, until: string) =>
  dueTimes(cron, at(after), at(until)).map((ms) => new Date(ms).toISOString().slice(0, 16));

describe("a cron trigger", () => {
  it("of one minute and hour is due once a day, in UTC", () => {
    expect(due("23 3 * * *", "2026-11-01T00:00", "2026-11-03T23:59")).toEqual([
      "2026-11-01T03:23",
      "2026-11-02T03:23",
      "2026-11-03T03:23",
    ]);
  });

  it("is due after the first time and until the second, both to the millisecond", () => {
    expect(due("23 3 * * *", "2026-11-01T03:23:00.000", "2026-11-01T12:00")).toEqual([]);
    expect(due("23 3 * * *", "2026-11-01T03:22:59.999", "2026-11-01T03:23:00.000")).toHaveLength(1);
    expect(due("23 3 * * *", "2026-11-01T03:00", "2026-11-01T03:22:59.999")).toEqual([]);
  });

  it.each([
    ["*/20 5 * * *", ["05:00", "05:20", "05:40"]],
    ["7,9 5 * * *", ["05:07", "05:09"]],
    ["50-52 5 * * *", ["05:50", "05:51", "05:52"]],
    ["10/25 5 * * *", ["05:10", "05:35"]],
    ["0 4-8/2 * * *", ["04:00", "06:00", "08:00"]],
  ])("understands %s", (cron, times) => {
    expect(due(cron, "2026-11-01T00:00", "2026-11-02T00:00")).toEqual(
      times.map((time) => `2026-11-01T${time}`),
    );
  });

  it.each([
    ...["", "23 3 * *", "23 3 * * * *", "23 3 1 * *", "23 3 * * MON"],
    ...["60 3 * * *", "0 24 * * *", "9-5 3 * * *", "*/0 3 * * *", "x 3 * * *", "1, 3 * * *"],
  ])("is refused as %j", (cron) => {
    expect(() => dueTimes(cron, 0, 0)).toThrow(/trigger/);
  });

  it("of wrangler.toml is due once on each day, so that each tenant has its day of the week", () => {
    const crons: string[] = JSON.parse(/^crons = (.*)$/m.exec(readFileSync("wrangler.toml", "utf8"))![1]);
    const days = crons
      .flatMap((cron) => due(cron, "2026-11-01T00:00", "2026-11-14T23:59"))
      .map((time) => time.slice(0, 10));
    expect(days).toHaveLength(14);
    expect(new Set(days).size).toBe(14);
  });
});
