import { beforeAll, describe, expect, it } from "vitest";
import type { Acquired } from "../../../../model/evaluate/acquisition/acquire.ts";
import type { Dataset } from "../../../../model/evaluate/dataset.ts";
import { formatDiscard } from "../../../../model/evaluate/discard/discard-summary.ts";
import { type Evaluation, evaluate } from "../../../../model/evaluate/evaluate.ts";
import { missedGates } from "../../../../model/evaluate/gates.ts";
import { renderPage } from "../../../../model/evaluate/report/page.ts";
import { worstTrials } from "../../../../model/evaluate/report/worst.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { formatTable, type Summary, summarize } from "../../../../model/evaluate/summary.ts";
import type { Quality } from "../../../../src/face/quality/quality.ts";

const people = 40;
const perPerson = 3;
const dimension = 8;

/** Makes forty people, three photos each, well apart; the last photo of the first person failed. */
function makeData(): { dataset: Dataset; acquired: Acquired } {
  const random = createRandom(2);
  const count = people * perPerson;
  const centres = Array.from({ length: people }, () =>
    Array.from({ length: dimension }, () => random() - 0.5),
  );
  const rows = Array.from({ length: count }, (_, row) => {
    const vector = centres[Math.floor(row / perPerson)].map((value) => value + 0.35 * (random() - 0.5));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
  const identityOf = Uint32Array.from(rows, (_, row) => Math.floor(row / perPerson));
  const genuine = Array.from({ length: people }, (_, person) => [perPerson * person, perPerson * person + 1]);
  const pairs = genuine.flatMap(([left, right], person) => [
    { left, right, same: true, fold: person % 10 },
    { left, right: (left + perPerson) % count, same: false, fold: person % 10 },
  ]);
  const images = rows.map((_, row) => `p${identityOf[row]}/p_<${row}>.jpg`);
  const failures = rows.map((_, row) => (row === 2 ? "face_not_found" : null));
  return {
    dataset: { images, listedCount: count, pairs, identityOf, identityCount: people },
    acquired: {
      embeddings: {
        values: Float32Array.from(rows.flat()),
        dimension,
        acquired: Uint8Array.from(failures, (failure) => (failure === null ? 1 : 0)),
      },
      failures,
      qualities: failures.map((failure, row) => (failure === null ? qualityOf(row) : null)),
    },
  };
}

/** Every tenth photo is turned too far. */
function qualityOf(row: number): Quality {
  return {
    eyeDistancePx: 40 + row,
    sharpness: 0.1,
    brightness: 100 + (row % 7),
    contrast: 40,
    yaw: row % 10 === 0 ? 80 : 0,
    pitch: 0,
    roll: 0,
    agreement: 0.9,
    inFrame: 1,
    recognisability: 0.99,
    occlusion: 0.001,
  };
}

const { dataset, acquired } = makeData();
let evaluation: Evaluation;
let summary: Summary;
beforeAll(() => {
  evaluation = evaluate(dataset, acquired, { replicates: 60, seed: 1, threshold: 0.6 });
  summary = summarize(evaluation, {
    encoder: "encoder",
    models: [{ id: "encoder", role: "encoder", sha256: "ab".repeat(32) }],
    facePolicy: "center",
    images: dataset.images.length,
    people,
    pairs: dataset.pairs.length,
    replicates: 60,
    seed: 1,
    shipped: { threshold: 0.6, maxFmr: 1e-4 },
  });
});

describe("an evaluation", () => {
  it("counts every trial of the list but the failed photo's impostor trials", () => {
    const images = people * perPerson;
    expect(summary.counts.genuine_trials).toBe(people * 3);
    expect(summary.counts.impostor_trials).toBe(
      (images * (images - 1)) / 2 - people * 3 - (images - perPerson),
    );
  });

  it("counts the failed photo's two genuine trials as non-matches at every FMR", () => {
    expect(summary.tar_at_fmr["1e-2"]).toBeLessThanOrEqual(1 - 2 / (people * 3));
  });

  it("claims no rate that the impostor trials cannot support", () => {
    expect(summary.lowest_supported_fmr).toBeGreaterThan(1e-4);
    expect(summary.tar_at_fmr["1e-4"]).toBeNull();
    expect(summary.tar_at_fmr_ci95["1e-4"]).toBeNull();
    expect(summary.tar_at_fmr["1e-2"]).not.toBeNull();
  });

  it("reports failures by rate and reason", () => {
    expect(summary.failure_to_acquire).toBe(1 / (people * perPerson));
    expect(summary.failure_to_acquire_by_reason).toEqual({ face_not_found: 1 });
  });

  it("has an interval around each figure", () => {
    const figures = summary as unknown as Record<string, unknown>;
    for (const name of ["accuracy_10fold", "failure_to_acquire", "eer", "auc", "d_prime"]) {
      const [low, high] = figures[`${name}_ci95`] as [number, number];
      expect(low, name).toBeLessThanOrEqual(figures[name] as number);
      expect(high, name).toBeGreaterThanOrEqual(figures[name] as number);
    }
  });

  it("gives the same figures for the same seed", () => {
    const again = evaluate(dataset, acquired, { replicates: 60, seed: 1, threshold: 0.6 });
    expect(again.eer).toEqual(evaluation.eer);
    expect(again.accuracy).toEqual(evaluation.accuracy);
  });

  it("does without a list, pairs or threshold", () => {
    const pairsOnly = evaluate({ ...dataset, listedCount: 0 }, acquired, {
      replicates: 5,
      seed: 1,
      threshold: null,
    });
    expect(pairsOnly.trials.genuine.distance.length).toBe(people);
    expect(pairsOnly.atThreshold).toEqual({});
    const listOnly = evaluate({ ...dataset, pairs: [] }, acquired, {
      replicates: 5,
      seed: 1,
      threshold: 0.6,
    });
    expect(listOnly.accuracy).toBeNull();
    expect(Object.keys(listOnly.atThreshold)).toEqual(["fmr", "fnmr"]);
  });

  it("sets error against images discarded at the lowest FMR up to 1e-4 that the data support", () => {
    const discard = summary.error_versus_discard;
    expect(discard?.fmr).toBe("1e-3");
    expect(discard?.threshold).toBe(summary.threshold_at_fmr["1e-3"]);
    expect(Object.keys(discard?.measures ?? {})).toHaveLength(9);
    expect(discard?.measures.yaw.map((point) => point.share)).toEqual([0, 0.01, 0.02, 0.05, 0.1]);
    expect(discard?.default_limits.discarded).toBe(12 / (people * perPerson - 1));
    expect(discard?.default_limits.discarded_by_reason).toEqual({
      extreme_pose: 12 / (people * perPerson - 1),
    });
  });

  it("prints error against images discarded, a line a measure", () => {
    const lines = formatDiscard(summary.error_versus_discard).split("\n");
    expect(lines[0]).toContain("FMR 1e-3");
    expect(lines.filter((line) => /^[a-z_]+ +\d+\.\d\d % \(/.test(line))).toHaveLength(9);
    expect(lines.at(-2)).toBe("Limits in use discard 10.08 %: extreme_pose 10.08 %");
  });

  it("prints a line a figure", () => {
    expect(formatTable(summary)).toMatch(/TAR at FMR 1e-4 +too few trials/);
    expect(formatTable(summary)).toMatch(/EER +0\.\d{4} {2}\[0\.\d{4}, 0\.\d{4}\]/);
  });
});

describe("gates", () => {
  it("name what was missed, and pass what was met exactly", () => {
    expect(missedGates(summary, { "min-accuracy": summary.accuracy_10fold ?? 0, "max-eer": 1 })).toEqual([]);
    expect(missedGates(summary, { "max-failure-to-acquire": 0.001 })).toEqual([
      `--max-failure-to-acquire: ${summary.failure_to_acquire}, must be at most 0.001`,
    ]);
  });

  it("are missed by a figure that the data do not give", () => {
    expect(missedGates(summary, { "min-tar-1e-4": 0 })).toEqual([
      "--min-tar-1e-4: no figure, must be at least 0",
    ]);
  });
});

describe("the page", () => {
  const render = () =>
    renderPage(evaluation, summary, worstTrials(evaluation, dataset, acquired, 6), new Map());

  it("needs no network and no script", () => {
    expect(render()).not.toMatch(/https?:|<script|<link|url\(/);
  });

  it("draws with numbers only", () => {
    expect(render()).not.toMatch(/="[^"]*(NaN|Infinity|undefined|null)/);
  });

  it("has a title in every drawing for those who cannot see it", () => {
    const drawings = render().match(/<svg[^>]*>(?:<title>[^<]+<\/title>)?/g) ?? [];
    expect(drawings.length).toBeGreaterThan(3);
    const silent = drawings.filter((drawing) => !drawing.endsWith("</title>"));
    expect(silent.filter((drawing) => !drawing.includes('aria-hidden="true"'))).toEqual([]);
  });

  it("has sections by photos enrolled and by group only where these were measured", () => {
    expect(render()).not.toMatch(/Photos enrolled|<h2>Groups/);
    const byRate = <T>(value: T) => ({ "1e-3": value, "1e-4": value, "1e-5": value, "1e-6": null });
    const rate = (value: number) => ({
      value,
      ci95: [value / 2, value * 2] as const,
      count: 1000,
      people: 20,
    });
    const worst = { value: 1.5, ci95: null };
    const measured: Summary = {
      ...summary,
      by_photos: {
        2: {
          probes: 80,
          people: 20,
          impostor_comparisons: 1000,
          conflicting_photos: 0,
          probes_not_enrolled: 0,
          fnmr_at_fmr: byRate(0.0125),
          fnmr_at_fmr_ci95: byRate([0, 0.03] as const),
          realised_fmr: byRate(1.1e-4),
          realised_fmr_ci95: byRate([5e-5, 2e-4] as const),
          tar_at_fmr: byRate(0.99),
          tar_at_fmr_ci95: byRate([0.98, 1] as const),
        },
      },
      groups: {
        threshold: 0.6,
        max_fmr: 1e-4,
        ungrouped_images: 0,
        fmr_within: { "under <30>": rate(2e-4), older: rate(0) },
        fmr_between: { "older / under <30>": rate(1e-4) },
        fnmr: { "under <30>": rate(0.02), older: rate(0.01) },
        failure_to_acquire: { "under <30>": rate(0), older: { ...rate(0), value: null } },
        worst_over_mean: { fmr: worst, fnmr: worst, failure_to_acquire: { value: null, ci95: null } },
      },
    };
    const page = renderPage(evaluation, measured, worstTrials(evaluation, dataset, acquired, 1), new Map());
    expect(page).toContain("The same 80 photos of 20 people");
    expect(page).toContain("<td>1.25 % [0.00 %, 3.00 %]</td><td>1.10e-4 [5.00e-5, 2.00e-4]</td>");
    expect(page).toContain("FMR <b>1.50</b>");
    expect(page).toContain("False non-match rate: under &lt;30> 2 %, older 1 %");
    expect(page).not.toMatch(/="[^"]*(NaN|Infinity|undefined|null)|<30>/);
    expect(formatTable(measured)).toMatch(/2 enrolled: 80 probes[\s\S]*FMR within {2}under <30>/);
  });

  it("escapes what the data set calls its photos", () => {
    expect(render()).toContain("p &lt;2>");
    expect(render()).not.toContain("<2>");
  });

  it("shows the worst trials first, none of a failed photo, and no photo more than twice", () => {
    const { falseMatches, falseNonMatches, failures } = worstTrials(evaluation, dataset, acquired, 30);
    const ascending = falseMatches.map((trial) => trial.distance);
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
    const descending = falseNonMatches.map((trial) => trial.distance);
    expect(descending).toEqual(descending.toSorted((a, b) => b - a));
    const shown = falseMatches.flatMap(({ left, right }) => [left, right]);
    for (const image of shown) expect(shown.filter((other) => other === image).length).toBeLessThanOrEqual(2);
    expect(shown).not.toContain(dataset.images[2]);
    expect(failures).toEqual([{ image: dataset.images[2], reason: "face_not_found" }]);
  });
});
