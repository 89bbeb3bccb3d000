import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Acquired } from "../../../../model/evaluate/acquisition/acquire.ts";
import { compareAll } from "../../../../model/evaluate/comparisons.ts";
import { evaluateGroups } from "../../../../model/evaluate/groups/groups.ts";
import { formatGroups, summarizeGroups } from "../../../../model/evaluate/groups/groups-summary.ts";
import { readGroups } from "../../../../model/evaluate/groups/read-groups.ts";
import { groupCharts } from "../../../../model/evaluate/report/group-charts.ts";

/** Angles of photos on a circle, in degrees, by person; NaN for a photo without an embedding. */
function photosAt(angles: readonly (readonly number[])[]): {
  identityOf: Uint32Array;
  identityCount: number;
  acquired: Acquired;
} {
  const all = angles.flat();
  const radians = all.map((angle) => (angle * Math.PI) / 180);
  return {
    identityOf: Uint32Array.from(angles.flatMap((own, person) => own.map(() => person))),
    identityCount: angles.length,
    acquired: {
      embeddings: {
        values: Float32Array.from(radians.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
        dimension: 2,
        acquired: Uint8Array.from(all, (angle) => (Number.isNaN(angle) ? 0 : 1)),
      },
      failures: all.map((angle) => (Number.isNaN(angle) ? "face_not_found" : null)),
      qualities: all.map(() => null),
    },
  };
}

// Two people of group "a" are close to each other; those of "b" are far from everybody. One photo of "b" failed.
const data = photosAt([[0, 2], [4, 60], [120, 121], [200, Number.NaN], [300]]);
const groupOf = ["a", "a", "a", "a", "b", "b", "b", "b", undefined];
const trials = compareAll(data.acquired.embeddings, data);
const figures = evaluateGroups(trials, data.acquired, { groupOf, threshold: 0.1, replicates: 50, seed: 1 });

describe("rates by group", () => {
  it("compare people of a group with each other, and with those of the other", () => {
    expect(figures.groups).toEqual(["a", "b"]);
    // Photos at 0 and 4 and at 2 and 4 degrees are within the threshold, of four pairs of strangers.
    expect(figures.fmrWithin.a).toMatchObject({ value: 0.5, count: 4, people: 2 });
    expect(figures.fmrWithin.b).toMatchObject({ value: 0, count: 2, people: 2 });
    expect(figures.fmrBetween["a / b"]).toMatchObject({ value: 0, count: 12, people: 4 });
  });

  it("count genuine comparisons and failures of each group", () => {
    // The photos of the second person are 56 degrees apart; one of the fourth person's has no embedding.
    expect(figures.fnmr.a).toMatchObject({ value: 0.5, count: 2 });
    expect(figures.fnmr.b).toMatchObject({ value: 0.5, count: 2 });
    expect(figures.failureToAcquire.a).toMatchObject({ value: 0, count: 4 });
    expect(figures.failureToAcquire.b).toMatchObject({ value: 0.25, count: 4 });
  });

  it("set the worst group against the mean", () => {
    expect(figures.worstOverMean.fmr.value).toBe(2);
    expect(figures.worstOverMean.fnmr.value).toBe(1);
    expect(figures.worstOverMean.failureToAcquire.value).toBe(2);
  });

  it("have intervals over people", () => {
    const [low, high] = figures.fnmr.a.interval!;
    expect(low).toBe(0);
    expect(high).toBe(1);
  });

  it("leave out images without a group, and say how many", () => {
    expect(figures.ungrouped).toBe(1);
    expect(trials.impostor.distance.length).toBeGreaterThan(4 + 2 + 12);
  });

  it("do not count images that are in no list among those without a group", () => {
    const listed = evaluateGroups(trials, data.acquired, {
      groupOf: groupOf.slice(0, 8),
      threshold: 0.1,
      replicates: 50,
      seed: 1,
    });
    expect(listed).toEqual({ ...figures, ungrouped: 0 });
  });

  it("agree with a count of the trials one by one, for a person with images of two groups", () => {
    const mixed = ["a", "b", "a", "a", "b", "b", "b", "b", "a"];
    const counted = evaluateGroups(trials, data.acquired, {
      groupOf: mixed,
      threshold: 0.1,
      replicates: 1,
      seed: 1,
    });
    const count = (a: string, b: string) =>
      Array.from(trials.impostor.left).filter((left, k) => {
        const pair = [mixed[left], mixed[trials.impostor.right[k]]].sort().join();
        return pair === [a, b].sort().join();
      }).length;
    expect(counted.fmrWithin.a.count).toBe(count("a", "a"));
    expect(counted.fmrWithin.b.count).toBe(count("b", "b"));
    expect(counted.fmrBetween["a / b"].count).toBe(count("a", "b"));
    // The first person's photos are of different groups: neither group has the comparison.
    expect(counted.fnmr.a.count).toBe(1);
  });
});

describe("the summary of groups", () => {
  const summary = summarizeGroups(figures, { threshold: 0.1, maxFmr: 1e-4 });

  it("gives machines every rate with its interval and count", () => {
    expect(summary.fmr_within.a).toMatchObject({ value: 0.5, count: 4, people: 2 });
    expect(summary.worst_over_mean.fmr.value).toBe(2);
    expect(summary).toMatchObject({ threshold: 0.1, max_fmr: 1e-4, ungrouped_images: 1 });
  });

  it("has null, not a number, where nothing was compared", () => {
    const alone = evaluateGroups(trials, data.acquired, {
      groupOf: ["a", "a", ...Array(7).fill(undefined)],
      threshold: 0.1,
      replicates: 2,
      seed: 1,
    });
    const { fmr_within, worst_over_mean } = summarizeGroups(alone, { threshold: 0.1, maxFmr: 1e-4 });
    expect(fmr_within.a).toEqual({ value: null, ci95: null, count: 0, people: 1 });
    expect(worst_over_mean.fmr).toEqual({ value: null, ci95: null });
  });

  it("has a line for each rate", () => {
    expect(formatGroups(summary)).toMatch(/FMR within {2}a +5\.00e-1/);
    expect(formatGroups(summary)).toMatch(/FMR between a \/ b +0\.00e\+0/);
    expect(formatGroups(summary)).toMatch(/worst over mean fmr +2\.00/);
  });

  it("is drawn with numbers only, and says in words what it shows", () => {
    const drawn = groupCharts(summary);
    expect(drawn).not.toMatch(/="[^"]*(NaN|Infinity|undefined|null)/);
    expect(drawn).toContain(
      "<title>False match rate within and between groups: a 50 %, b 0 %, a / b 0 %</title>",
    );
  });
});

describe("the file of groups", () => {
  let folder: string;
  const write = (name: string, lines: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join("\n")}\n`);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "groups-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const images = ["p/1.jpg", "p/2.jpg", "q/1.jpg"];
  const listFile = () => write("list.tsv", ["image\tidentity", "p/1.jpg\tp", "p/2.jpg\tp", "q/1.jpg\tq"]);

  it("names groups by person or by image", () => {
    const byPerson = write("people.tsv", ["identity\tgroup", "p\tyoung"]);
    expect(readGroups(byPerson, images, listFile())).toEqual(["young", "young", undefined]);
    const byImage = write("images.tsv", ["image\tgroup", "p/2.jpg\tindoors", "q/1.jpg\toutdoors"]);
    expect(readGroups(byImage, images, listFile())).toEqual([undefined, "indoors", "outdoors"]);
  });

  it.each([
    ["has neither column", ["name\tgroup", "p\ta"], 'column "image" or a column "identity"'],
    [
      "has both columns",
      ["image\tidentity\tgroup", "p/1.jpg\tp\ta"],
      'column "image" or a column "identity"',
    ],
    ["has a person in two groups", ["identity\tgroup", "p\ta", "p\tb"], "has p in two groups"],
    ["names nobody in the list", ["identity\tgroup", "z\ta"], "names nothing that is in"],
    ["is empty", ["identity\tgroup"], "names no group"],
  ])("is refused when it %s", (_, lines, message) => {
    const path = write("bad.tsv", lines);
    expect(() => readGroups(path, images, listFile())).toThrow(message);
  });
});
