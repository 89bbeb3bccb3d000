import { describe, expect, it } from "vitest";
import { fuzzBodies, GuardedBody } from "../../../../fuzz/bodies.ts";
import { fuzzInputs } from "../../../../fuzz/loop.ts";

it("5,000 mutated bodies are read as Node reads them or refused, none takes a second", async () => {
  const report = await fuzzBodies({ firstSeed: 1_000_000, inputs: 5000, maxMsPerInput: 1000 });
  expect(report.problems).toEqual([]);
  expect(report.answers["form: read"]).toBeGreaterThan(500);
  expect(report.answers["JSON: read"]).toBeGreaterThan(500);
  expect(Object.keys(report.answers).length).toBeGreaterThan(15);
});

it("what throws, takes too long or breaks a rule is reported with its seed", async () => {
  const options = { firstSeed: 7, inputs: 1, maxMsPerInput: -1 };
  const throws = await fuzzInputs(options, () => ({
    how: "thrown",
    run: () => Promise.reject(new Error("a bug")),
  }));
  expect(throws.problems.join()).toContain("seed 7 (thrown): Error: a bug");
  const slow = await fuzzInputs(options, () => ({ how: "slow", run: () => ({ answer: "read" }) }));
  expect(slow.problems.join()).toContain("seed 7 (slow): took");
  const wrong = await fuzzInputs({ ...options, maxMsPerInput: 1000 }, () => ({
    how: "wrong",
    run: () => ({ answer: "read", problem: () => "not as it was" }),
  }));
  expect(wrong.problems).toEqual(["seed 7 (wrong): not as it was"]);
});

describe("a guarded body", () => {
  it("has no problem with views side by side, empty ones too", () => {
    const body = new GuardedBody("0123456789");
    const views = [body.bytes.subarray(5), body.bytes.subarray(0, 5), body.bytes.subarray(10)];
    expect(body.problem(views)).toBeUndefined();
  });

  it.each<[string, (body: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>[]]>([
    ["wrote around", ({ buffer, byteOffset }) => [new Uint8Array(buffer, 0, byteOffset).fill(0)]],
    ["copied", (body) => [body.slice()]],
    ["begin before", ({ buffer, byteOffset }) => [new Uint8Array(buffer, byteOffset - 1, 1)]],
    ["overlap", (body) => [body.subarray(0, 3), body.subarray(2)]],
    ["ends behind", ({ buffer, byteOffset }) => [new Uint8Array(buffer, byteOffset, 11)]],
  ])("notices what %s", (problem, views) => {
    const body = new GuardedBody("0123456789");
    expect(body.problem(views(body.bytes))).toContain(problem);
  });
});
