import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { doctorAnswerSchema, newKeyAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { type Change, json, now, startService } from "../setup/service.ts";

beforeEach(reset);

async function examine(change: Change = {}) {
  const response = await startService(change).call("/v1/doctor");
  const body = doctorAnswerSchema.parse(await response.json());
  const found = Object.fromEntries((body.checks ?? []).map(({ name, ...rest }) => [name, rest]));
  return { body, found };
}

describe("the doctor", () => {
  it("finds a good deployment well, and says so of each part", async () => {
    const { body } = await examine();
    expect(body).toMatchObject({ now: now.toISOString(), environment: "production", actor: "root" });
    expect(body.checks?.map(({ name, status }) => `${name} ${status}`)).toEqual([
      // The tests' key has eight letters, which is too short.
      "secrets warning",
      "bindings ok",
      "directory ok",
      "kv ok",
      "models ok",
      "faces ok",
      "rates ok",
    ]);
  });

  it("leaves nothing in KV, and a line in the audit trail", async () => {
    const service = startService();
    await service.call("/v1/doctor");
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: { action: string }[] };
    expect(entries.map(({ action }) => action)).toEqual(["doctor"]);
    const { subjects } = (await (await service.call("/v1/subjects")).json()) as { subjects: unknown[] };
    expect(subjects).toEqual([]);
  });

  it.each<[string, Change, string, string, RegExp]>([
    ["a short key", {}, "secrets", "warning", /SAMEFACE_API_KEY is short/],
    ["development", { config: { environment: "development" } }, "secrets", "warning", /not for a deployment/],
    [
      "a binding that is needed",
      { bound: { TEMPLATES: false, KEY_RATE: true } },
      "bindings",
      "failed",
      /Not bound: TEMPLATES/,
    ],
    [
      "a rate limit that is not bound",
      { bound: { KEY_RATE: false } },
      "bindings",
      "warning",
      /KEY_RATE is not bound: requests by API key are not limited/,
    ],
    [
      "a model of other bytes",
      { hashModels: async () => [{ id: "m", expected: "ab", actual: "cd" }] },
      "models",
      "failed",
      /manifest: m/,
    ],
    ["storage that throws", { trust: { copies: brokenCopies("throws") } }, "kv", "failed", /threw/],
    [
      "storage that gives back other bytes",
      { trust: { copies: brokenCopies("lies") } },
      "kv",
      "failed",
      /not what was written/,
    ],
    ["storage that is late", { trust: { copies: brokenCopies("late") } }, "kv", "warning", /yet/],
  ])("finds %s", async (_, change, name, status, detail) => {
    const { found } = await examine(change);
    expect(found[name]).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });

  it("tells any other key whom it speaks for, and nothing of the deployment", async () => {
    const service = startService();
    const made = await service.call("/v1/keys", json({ scopes: ["read"] }));
    const { key, key_id } = newKeyAnswerSchema.parse(await made.json());
    const response = await service.callAs(key, "/v1/doctor");
    const body = doctorAnswerSchema.parse(await response.json());
    expect(body).toMatchObject({ actor: `key:${key_id}`, scopes: ["read"] });
    expect(body.checks).toBeUndefined();
  });
});

function brokenCopies(how: "throws" | "lies" | "late") {
  return {
    async write() {
      if (how === "throws") throw new Error("KV is away");
    },
    async remove() {},
    async read(_tenant: unknown, _subject: unknown, [faceId]: readonly string[]) {
      return new Map(how === "lies" ? [[faceId, new Uint8Array(16)]] : []) as never;
    },
  };
}
