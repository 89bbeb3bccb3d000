import { describe, expect, it } from "vitest";
import type { AttemptFace } from "../../../../src/identity/directory/data.ts";
import type { SubjectId, TenantId } from "../../../../src/identity/ids.ts";
import { createRecentKeys } from "../../../../src/identity/store/recent-keys.ts";

const acme = "acme" as TenantId;
const alice = "alice" as SubjectId;
const keys = (): readonly AttemptFace[] => [];

describe("what an isolate was told of a subject", () => {
  it("is found until it is too old, counted from when it was asked", () => {
    const recent = createRecentKeys();
    const told = keys();
    recent.ask(acme, alice, 1000)(told);
    expect(recent.find(acme, alice, 1000)).toEqual({ keys: told, askedAtMs: 1000 });
    expect(recent.find(acme, alice, 1001)).toBeUndefined();
    expect(recent.find("other" as TenantId, alice, 0)).toBeUndefined();
  });

  it("is not kept where the subject was forgotten while the directory was asked", () => {
    const recent = createRecentKeys();
    const keep = recent.ask(acme, alice, 0);
    recent.forget(acme, alice);
    keep(keys());
    expect(recent.find(acme, alice, 0)).toBeUndefined();
  });

  it("is the answer to the last question, whichever comes last", () => {
    const recent = createRecentKeys();
    const [first, last] = [keys(), keys()];
    const keepFirst = recent.ask(acme, alice, 0);
    const keepLast = recent.ask(acme, alice, 0);
    keepLast(last);
    keepFirst(first);
    expect(recent.find(acme, alice, 0)?.keys).toBe(last);
  });

  it("is of a thousand subjects at most, the oldest out first", () => {
    const recent = createRecentKeys();
    const subjects = Array.from({ length: 1001 }, (_, i) => `s${i}` as SubjectId);
    for (const subject of subjects) recent.ask(acme, subject, 0)(keys());
    expect(recent.find(acme, subjects[0], 0)).toBeUndefined();
    expect(recent.find(acme, subjects[1], 0)).toBeDefined();
  });
});

describe("an attempt told before it is counted", () => {
  function known() {
    const recent = createRecentKeys();
    const told = keys();
    recent.ask(acme, alice, 0)(told);
    return { recent, told };
  }

  it("is the only one of its subject until it is counted", () => {
    const { recent, told } = known();
    const counted = recent.tellFirst(acme, alice, told, 0);
    expect(counted).toBeDefined();
    expect(recent.tellFirst(acme, alice, told, 0)).toBeUndefined();
    counted?.();
    expect(recent.tellFirst(acme, alice, told, 0)).toBeDefined();
  });

  it("is the only one also after the directory was asked again", () => {
    const { recent, told } = known();
    recent.tellFirst(acme, alice, told, 0);
    const again = keys();
    recent.ask(acme, alice, 0)(again);
    expect(recent.tellFirst(acme, alice, again, 0)).toBeUndefined();
  });

  it("is none with keys that were forgotten, or replaced, or are too old", () => {
    const { recent, told } = known();
    expect(recent.tellFirst(acme, alice, told, 1)).toBeUndefined();
    const again = keys();
    recent.ask(acme, alice, 0)(again);
    expect(recent.tellFirst(acme, alice, told, 0)).toBeUndefined();
    recent.forget(acme, alice);
    expect(recent.tellFirst(acme, alice, again, 0)).toBeUndefined();
  });
});
