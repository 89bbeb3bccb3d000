import { describe, expect, it } from "vitest";
import type { Outcome } from "../../bench/service/connection.ts";
import { either, goesAway, isMatch, refuses, says } from "../../soak/right-answers.ts";
import { Tally } from "../../soak/tally.ts";

const answered = (status: number, body: unknown): Outcome => ({
  kind: "answered",
  ms: 1,
  status,
  headers: new Map(),
  body: Buffer.from(JSON.stringify(body)),
});
const refusal = (status: number, code: string) => answered(status, { error: { code } });
const broken: Outcome = { kind: "broken", ms: 1, reason: "reset" };
const hungUp: Outcome = { kind: "hung up", ms: 1 };

describe("a right answer of the soak", () => {
  it.each([
    ["another status", says(200), answered(201, {})],
    ["another decision", says(200, isMatch), answered(200, { match: false })],
    ["a decision that is text", says(200, isMatch), answered(200, { match: "true" })],
    ["no JSON", refuses("400 invalid_request"), { ...answered(400, {}), body: Buffer.from("no") } as Outcome],
    ["a connection that broke", says(200), broken],
    ["a connection that broke in place of a refusal", refuses("400 invalid_request"), broken],
    ["nobody", says(200), hungUp],
    ["another code", refuses("400 invalid_request"), refusal(400, "conflict")],
    ["another code's status", refuses("400 invalid_request"), refusal(500, "invalid_request")],
    ["a success in place of a refusal", refuses("400 invalid_request"), answered(200, {})],
    ["an answer to one who went away", goesAway, answered(200, {})],
    ["neither of two", either(says(200), refuses("415 a")), refusal(500, "internal")],
  ])("is not %s", (_, right, outcome) => {
    expect(right(outcome)).toBeTypeOf("string");
  });

  it.each([
    ["the status and decision", says(200, isMatch), answered(200, { match: true })],
    ["the refusal", refuses("413 a", "415 b"), refusal(415, "b")],
    ["one of two", either(says(200), refuses("415 a")), refusal(415, "a")],
    ["to go away", goesAway, hungUp],
  ])("is %s", (_, right, outcome) => {
    expect(right(outcome)).toBeUndefined();
  });
});

describe("the tally of the soak", () => {
  it("counts faults, and times successes alone", () => {
    const tally = new Tally();
    tally.note("verify", "16", answered(200, {}), undefined);
    tally.note("verify", "16", refusal(503, "overloaded"), undefined);
    tally.note("verify", "16", refusal(500, "internal"), "500 in place of 200");
    tally.note("large, 12 MP", "16", answered(200, {}), undefined);
    expect(tally.answers).toEqual({ "200": 2, "503 overloaded": 1, "500 internal": 1 });
    expect([tally.requests, tally.wrong, tally.faults[0].kind]).toEqual([4, 1, "verify"]);
    expect(tally.times().map(({ traffic, n }) => [traffic, n])).toEqual([
      ["16, all others", 1],
      ["16, large photos", 1],
    ]);
  });
});
