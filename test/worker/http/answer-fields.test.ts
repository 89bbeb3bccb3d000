/**
 * Field by field, the parts of an answer that vary with the distance of a photo to a stored face: for callers without
 * scores only the decision.
 */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newKeyAnswerSchema, sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { form, json, photoAt, type Service, startService } from "../setup/service.ts";
import { readTold } from "../setup/told.ts";

beforeEach(reset);

/** Distances on either side of the thresholds at 1e-4, 1e-5 and 1e-6, which are 1.1, 1 and 0.9, and far from them. */
const distances = [0, 0.3, 0.6, 0.89, 0.91, 0.95, 0.99, 1.01, 1.05, 1.09, 1.11, 1.3, 1.6, 2];
const verifyAlice = "/v1/subjects/alice/verify";

async function service(): Promise<{ service: Service; keyOf: (caller: string) => Promise<string> }> {
  const service = startService();
  const lock_out = { max_in_a_row: 1_000_000, delay_seconds: 30, max_total: 1_000_000 };
  await service.call("/v1/settings", { ...json({ lock_out }), method: "PATCH" });
  await service.call("/v1/subjects/alice/faces", form({ image: photoAt(0) }));
  return {
    service,
    async keyOf(caller) {
      if (caller === "session") {
        const request = json({ subject_id: "alice", action: "verify", max_uses: 100 });
        return sessionAnswerSchema.parse(await (await service.call("/v1/sessions", request)).json()).token;
      }
      const request = json({ scopes: caller.split(" ") });
      return newKeyAnswerSchema.parse(await (await service.call("/v1/keys", request)).json()).key;
    },
  };
}

/** Groups the distances by their answers, in the order of the first of each. */
async function groupsOf(caller: string, path: string, options: Record<string, string>): Promise<number[][]> {
  const { service: opened, keyOf } = await service();
  const key = await keyOf(caller);
  const groups = new Map<string, number[]>();
  for (const distance of distances) {
    const image = photoAt(2 * Math.asin(distance / 2));
    const { words, body } = await readTold(await opened.callAs(key, path, form({ image, ...options })));
    groups.set(words, [...(groups.get(words) ?? []), distance]);
    // An enrolled face is deleted again, so that each photo meets the same gallery.
    if (path.endsWith("/faces") && body.face_id !== undefined) {
      await opened.call(`${path}/${body.face_id}`, { method: "DELETE" });
    }
  }
  return [...groups.values()];
}

const splitAt = (threshold: number) => [
  distances.filter((distance) => distance <= threshold),
  distances.filter((distance) => distance > threshold),
];

describe("an answer to a caller without scores", () => {
  const fields = { include: "crop", face: "only", quality: "refuse" };

  it.each<[caller: string, path: string, options: Record<string, string>, threshold: number]>([
    ["verify", verifyAlice, {}, 1.1],
    ["verify", verifyAlice, { max_fmr: "1e-4" }, 1.1],
    ["verify", verifyAlice, { max_fmr: "1e-5" }, 1],
    ["verify", verifyAlice, { max_fmr: "1e-6" }, 0.9],
    ["verify", verifyAlice, fields, 1.1],
    ["verify", verifyAlice, { receipt: "true", nonce: "n" }, 1.1],
    ["session", verifyAlice, {}, 1.1],
    ["session", verifyAlice, { receipt: "true", ...fields }, 1.1],
    ["identify", "/v1/identify", {}, 1.1],
    ["identify", "/v1/identify", { max_candidates: "1", ...fields }, 1.1],
    ["enrol", "/v1/subjects/mallory/faces", { duplicates: "refuse" }, 1.1],
    // Photos of somebody else than the subject's others are refused.
    ["enrol", "/v1/subjects/alice/faces", {}, 1.2],
    ["enrol", "/v1/subjects/alice/faces", { conflicts: "allow" }, 1.2],
    ["enrol identify verify read delete", verifyAlice, {}, 1.1],
    ["enrol identify verify read delete", "/v1/identify", {}, 1.1],
    ["enrol identify verify read delete", "/v1/subjects/mallory/faces", { duplicates: "refuse" }, 1.1],
  ])(
    "with %s, of %s with %o has one bit: within the threshold or beyond",
    async (caller, path, options, threshold) => {
      expect(await groupsOf(caller, path, options)).toEqual(splitAt(threshold));
    },
  );

  it.each<[caller: string, path: string, options: Record<string, string>]>([
    ...["1e-3", "0.5", "2e-5", "5e-5", "9.9e-5", "1e-7", "0"].map(
      (max_fmr): [string, string, Record<string, string>] => ["verify", verifyAlice, { max_fmr }],
    ),
    ["verify", "/v1/identify", {}],
    ["verify", "/v1/embed", {}],
    ["verify", "/v1/detect", {}],
    ["verify", "/v1/subjects/mallory/faces", { duplicates: "refuse" }],
    ["session", verifyAlice, { max_fmr: "1e-5" }],
    ["session", "/v1/identify", {}],
    ["session", "/v1/detect", {}],
    ["identify", "/v1/identify", { max_fpir: "0.5" }],
    ["identify", verifyAlice, {}],
    ["enrol", "/v1/subjects/mallory/faces", {}],
    ["enrol", "/v1/identify", {}],
    ["read", verifyAlice, {}],
    ["delete", verifyAlice, {}],
  ])("with %s, of %s with %o has none", async (caller, path, options) => {
    expect(await groupsOf(caller, path, options)).toEqual([distances]);
  });
});

describe("an answer to a caller with scores", () => {
  it("moves with every distance, so that these comparisons see what moves", async () => {
    expect(await groupsOf("verify scores", verifyAlice, {})).toHaveLength(distances.length);
  });
});
