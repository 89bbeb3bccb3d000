/** Liveness sessions of frames of a real man, who was not asked for poses and speaks. */
import { expect, test } from "vitest";
import { judgeRecordings, recordings } from "../../model/evaluate/liveness/real/sessions.ts";
import { readCalibration } from "../../model/runtime.ts";
import { livenessLimitsOf } from "../../src/face/liveness/limits.ts";

test("of sessions put together of a real man's stills at least 95 % are judged live", async () => {
  const limits = livenessLimitsOf(readCalibration());
  if (!limits.ok) throw new Error(limits.failure.code);
  const figures = await judgeRecordings(recordings(), limits.value);
  expect([...figures.keys()]).toEqual(["franck"]);
  for (const [name, { trials, passed }] of figures) {
    console.log(`${name}: ${passed} of ${trials} sessions are live`);
    expect(trials).toBeGreaterThan(100);
    expect(passed / trials).toBeGreaterThanOrEqual(0.95);
  }
}, 120_000);
