import { expect, it } from "vitest";
import { createStopwatch } from "../../src/stopwatch.ts";

function clock() {
  let ms = 1000;
  const pass = (duration: number) => {
    ms += duration;
  };
  return { nowMs: () => ms, pass };
}

it("adds up the time of each stage, and says nothing of stages that were not", async () => {
  const { nowMs, pass } = clock();
  const stopwatch = createStopwatch(nowMs);
  await stopwatch.time("decode", async () => pass(20));
  pass(5);
  await stopwatch.time("encode", async () => pass(30));
  await stopwatch.time("decode", async () => pass(3.014));
  expect(stopwatch.stagesMs()).toEqual({ decode: 23.01, encode: 30 });
  expect(stopwatch.totalMs()).toBe(58.01);
});

it("gives back what the work gives, and counts work that fails too", async () => {
  const { nowMs, pass } = clock();
  const stopwatch = createStopwatch(nowMs);
  expect(await stopwatch.time("read", async () => "body")).toBe("body");
  const broken = stopwatch.time("store", async () => {
    pass(7);
    throw new Error("broken");
  });
  await expect(broken).rejects.toThrow("broken");
  expect(stopwatch.stagesMs()).toEqual({ read: 0, store: 7 });
});
