/** Searches over a tenant's gallery, in workerd on real Durable Objects. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type * as z from "zod";
import { fail } from "../../../src/errors.ts";
import {
  newKeyAnswerSchema,
  newTenantAnswerSchema,
} from "../../../src/http/schemas/administration-answers.ts";
import { identificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import {
  base64,
  form,
  jpeg,
  json,
  photoAt,
  recognisability,
  type Service,
  startService,
  textPipeline,
} from "../setup/service.ts";
import { directoriesWith } from "../setup/watched.ts";

beforeEach(reset);

type Answer = z.infer<typeof identificationAnswerSchema>;

async function enrol(service: Service, people: Record<string, number[]>, key = "test-key"): Promise<void> {
  for (const [name, angles] of Object.entries(people)) {
    for (const angle of angles) {
      const enrolled = await service.callAs(key, `/v1/subjects/${name}/faces`, jpeg(photoAt(angle)));
      expect(enrolled.status).toBe(201);
    }
  }
}

async function identify(service: Service, angle: number, query = "", key = "test-key"): Promise<Answer> {
  const response = await service.callAs(key, `/v1/identify${query}`, jpeg(photoAt(angle)));
  expect(response.status).toBe(200);
  return identificationAnswerSchema.parse(await response.json());
}

const names = ({ candidates }: Answer) => candidates.map(({ subject_id }) => subject_id);

async function keyWith({ call }: Service, ...scopes: string[]): Promise<string> {
  return newKeyAnswerSchema.parse(await (await call("/v1/keys", json({ scopes }))).json()).key;
}

const codeOf = async (response: Response) => {
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? "ok"}`;
};

describe("a photo that is hard to recognise", () => {
  /** Faces as hard to recognise as the test's come closer by 0.4 than the threshold, 1.1. */
  const poor = { ...recognisability, tolerance: [[0.995, 0.4] as const, [1, 0] as const] };
  const angleAt = (distance: number) => 2 * Math.asin(distance / 2);

  it("finds those who come closer than the threshold by as much as both faces ask for, and no others", async () => {
    const people = { near: [angleAt(0.69)], far: [angleAt(0.71)] };
    const [ordinary, hard] = [startService(), startService({ recognisability: poor })];
    await enrol(ordinary, people);
    expect(names(await identify(ordinary, 0))).toEqual(["near", "far"]);
    expect(names(await identify(hard, 0))).toEqual(["near"]);
  });

  it("has an fmr that counts what both faces must come closer, as a verification's does", async () => {
    const [ordinary, hard] = [startService(), startService({ recognisability: poor })];
    await enrol(ordinary, { near: [angleAt(0.65)] });
    const [found] = (await identify(hard, 0)).candidates;
    const verified = await hard.call("/v1/subjects/near/verify", jpeg(photoAt(0)));
    const { fmr } = (await verified.json()) as { fmr: number };
    expect(found.fmr).toBe(fmr);
    // 0.65 and 0.4 closer is the rate of 1.05; at 0.65 alone nothing was measured.
    expect(Number(found.fmr)).toBeCloseTo(1e-6 * 100 ** 0.75, 7);
    expect((await identify(ordinary, 0)).candidates[0].fmr).toBe("< 0.000001");
  });

  it("must come closer to a template by the mean of what its faces ask for", async () => {
    const measures = [0.985, 0.99];
    const { encodeFace } = textPipeline();
    // Beside a probe of 0.98 the face at 0.7 must come closer by 0.3, and the one at 0.9 by nothing.
    const service = startService({
      recognisability: {
        ...recognisability,
        tolerance: [
          [0.98, 0.4],
          [0.985, 0.3],
          [0.99, 0],
        ],
      },
      pipeline: {
        async encodeFace(image, ...rest) {
          const encoded = await encodeFace(image, ...rest);
          if (!encoded.ok) return encoded;
          const at = ["FACE 0.7", "FACE 0.9"].indexOf(new TextDecoder().decode(image));
          const quality = { ...encoded.value.quality, recognisability: measures[at] ?? 0.98 };
          return { ok: true, value: { ...encoded.value, quality } };
        },
      },
    });
    await enrol(service, { alice: [0.7, 0.9] });
    const verified = await service.call("/v1/subjects/alice/verify", jpeg(photoAt(0)));
    const { threshold, distance } = (await verified.json()) as { threshold: number; distance: number };
    // Two photos must come closer by another 0.015.
    expect(threshold).toBeCloseTo(1.1 - 0.15 - 0.015, 6);
    expect(distance).toBeCloseTo(2 * Math.sin(0.4), 5);
    const [found] = (await identify(service, 0)).candidates;
    expect(found).toMatchObject({ subject_id: "alice", distance });
  });

  it("is no duplicate of one who does not come so close", async () => {
    const service = startService({ recognisability: poor });
    await enrol(service, { alice: [0] });
    const again = (distance: number) =>
      service.call("/v1/subjects/bob/faces?duplicates=refuse", jpeg(photoAt(angleAt(distance))));
    expect(await codeOf(await again(0.69))).toBe("409 identity_conflict");
    expect((await again(0.71)).status).toBe(201);
  });
});

describe("an identification", () => {
  it("names those within the threshold, closest first, at the distances that verification finds", async () => {
    const service = startService();
    await enrol(service, { alice: [0], bob: [0.3], carol: [3] });
    const answer = await identify(service, 0.1);
    expect(names(answer)).toEqual(["alice", "bob"]);
    expect(answer).toMatchObject({
      gallery_size: 3,
      model: "text-1",
      image: { width: 640 },
    });
    // Each comparison is at 1e-4, as in a verification.
    expect(answer.max_fpir).toBeCloseTo(3e-4, 7);
    expect(answer.threshold).toBeCloseTo(1.1, 6);
    for (const { subject_id, distance, face_id } of answer.candidates) {
      const verified = await service.call(`/v1/subjects/${subject_id}/verify`, jpeg(photoAt(0.1)));
      expect(await verified.json()).toMatchObject({ distance, face_id });
    }
  });

  it("names a subject once, by the template that a verification compares with", async () => {
    const service = startService();
    await enrol(service, { alice: [0, 0.2, 0.4], bob: [0.5] });
    const answer = await identify(service, 0.19);
    expect(names(answer)).toEqual(["alice", "bob"]);
    expect(answer.gallery_size).toBe(2);
    expect(answer.candidates).toMatchObject([{ template: { photos: 3 } }, { template: { photos: 1 } }]);
    expect(answer.candidates[0].distance).toBeCloseTo(2 * Math.sin(0.005), 5);
    const verified = await service.call("/v1/subjects/alice/verify", jpeg(photoAt(0.19)));
    const { face_id, distance, template } = (await verified.json()) as Record<string, unknown>;
    expect(answer.candidates[0]).toMatchObject({ face_id, distance, template });
  });

  it.each([
    ["", 5],
    ["?max_candidates=1", 1],
    ["?max_candidates=6", 6],
    ["?max_candidates=50", 8],
  ])("with %j names at most %i", async (query, count) => {
    const service = startService();
    await enrol(service, Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`s${i}`, [i / 100]])));
    const answer = await identify(service, 0, query);
    expect(names(answer)).toEqual(Array.from({ length: count }, (_, i) => `s${i}`));
  });

  it("of nobody who is enrolled, or in an empty gallery, names nobody", async () => {
    const service = startService();
    expect(await identify(service, 0)).toMatchObject({ candidates: [], gallery_size: 0 });
    await enrol(service, { alice: [0] });
    expect(await identify(service, 3)).toMatchObject({ candidates: [], gallery_size: 1 });
  });

  it.each<[string, RequestInit]>([
    ["a form", form({ image: photoAt(0.1), max_candidates: "1", max_fpir: "0.02" })],
    ["JSON", json({ image: base64(photoAt(0.1)), max_candidates: 1, max_fpir: 0.02 })],
    [
      "JSON with an embedding",
      json({
        embedding: base64(new Uint8Array(new Float32Array([Math.cos(0.1), Math.sin(0.1)]).buffer)),
        model: "text-1",
        max_candidates: 1,
        max_fpir: 0.02,
      }),
    ],
  ])("takes %s", async (_, init) => {
    const service = startService();
    await enrol(service, { alice: [0], bob: [0.3] });
    const answer = identificationAnswerSchema.parse(await (await service.call("/v1/identify", init)).json());
    expect(names(answer)).toEqual(["alice"]);
    expect(answer.max_fpir).toBe(0.02);
  });

  it("finds at once who was just enrolled, and never who was just deleted", async () => {
    const service = startService();
    for (let i = 0; i < 5; i++) {
      await enrol(service, { alice: [0], bob: [0.1] });
      expect(names(await identify(service, 0))).toEqual(["alice", "bob"]);
      await service.call("/v1/subjects/alice", { method: "DELETE" });
      expect(names(await identify(service, 0))).toEqual(["bob"]);
      await service.call("/v1/subjects/bob", { method: "DELETE" });
    }
  });

  it("does not find who has expired", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces?expires_at=2026-03-04T05:07:07Z", jpeg(photoAt(0)));
    expect(names(await identify(service, 0))).toEqual(["alice"]);
    service.wait(61);
    expect(names(await identify(service, 0))).toEqual([]);
  });

  it("over several shards answers as over one", async () => {
    const service = startService();
    const people = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`s${i}`, [i / 30]]));
    const answers: Answer[] = [];
    for (const shards of [1, 4]) {
      const request = json({ tenant_id: `t${shards}`, settings: { shards } });
      const { key } = newTenantAnswerSchema.parse(await (await service.call("/v1/tenants", request)).json());
      await enrol(service, people, key);
      answers.push(await identify(service, 0.4, "?max_candidates=20", key));
    }
    const seen = answers.map(({ candidates }) => candidates.map(({ face_id, template, ...rest }) => rest));
    expect(seen[0]).toHaveLength(20);
    expect(seen[1]).toEqual(seen[0]);
  });

  it("does not see into another tenant", async () => {
    const service = startService();
    const request = json({ tenant_id: "acme" });
    const { key } = newTenantAnswerSchema.parse(await (await service.call("/v1/tenants", request)).json());
    await enrol(service, { alice: [0] });
    expect(await identify(service, 0, "", key)).toMatchObject({ candidates: [], gallery_size: 0 });
  });

  it("is in the audit trail, with whom it named", async () => {
    const service = startService();
    await enrol(service, { alice: [0] });
    await identify(service, 0);
    await identify(service, 3);
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: object[] };
    expect(entries.slice(-2)).toMatchObject([
      { action: "identify", outcome: "candidate", subject_id: "alice", actor: "root" },
      { action: "identify", outcome: "nobody", subject_id: null },
    ]);
    expect(JSON.stringify(entries)).not.toContain("distance");
  });
});

describe("an enrolment that refuses duplicates", () => {
  const refusing = "faces?duplicates=refuse";
  const busy = fail({ code: "not_ready", reason: "", retryAfterSeconds: 5 });

  it("refuses somebody who is enrolled as another subject, and says who to keys that may identify", async () => {
    const service = startService();
    await enrol(service, { alice: [0] });
    const refused = await service.call(`/v1/subjects/bob/${refusing}`, jpeg(photoAt(0.1)));
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      error: { code: "identity_conflict", details: { subject_id: "alice" } },
    });
    expect((await service.call("/v1/subjects/bob")).status).toBe(404);
    const key = await keyWith(service, "enrol");
    const unseen = await service.callAs(key, `/v1/subjects/bob/${refusing}`, jpeg(photoAt(0.1)));
    expect(unseen.status).toBe(409);
    expect(await unseen.text()).not.toContain("alice");
  });

  it("names the first by id of several, not the closest, to a key without scores", async () => {
    const service = startService();
    await enrol(service, { bob: [0], alice: [0.2] });
    for (const [scopes, named] of [
      [["enrol", "identify"], "alice"],
      [["enrol", "identify", "scores"], "bob"],
    ] as const) {
      const key = await keyWith(service, ...scopes);
      const refused = await service.callAs(key, `/v1/subjects/carol/${refusing}`, jpeg(photoAt(0.01)));
      expect(await refused.json()).toMatchObject({ error: { details: { subject_id: named } } });
    }
  });

  it("enrols strangers, and another face of the same subject, also between many of them", async () => {
    const service = startService();
    for (const [name, angle] of [
      ["alice", 0],
      ["bob", 3],
      ["alice", 0.01],
      ["alice", 0.02],
    ] as const) {
      const enrolled = await service.call(`/v1/subjects/${name}/${refusing}`, jpeg(photoAt(angle)));
      expect(enrolled.status).toBe(201);
    }
  });

  it("finds the stranger behind the subject's own faces", async () => {
    const service = startService();
    await enrol(service, { alice: [0, 0.01, 0.02], bob: [0.5] });
    const refused = await service.call(`/v1/subjects/alice/${refusing}`, jpeg(photoAt(0.01)));
    expect(await codeOf(refused)).toBe("409 identity_conflict");
  });

  it.each<[string, Partial<Directory>]>([
    ["begins", { prepareSearch: async () => ({ templates: 0, notCompared: 0, behind: 1 }) }],
    ["is under way", { search: async () => busy }],
  ])("enrols nobody where the search fails as it %s", async (_, methods) => {
    const service = startService({ trust: { openDirectory: directoriesWith(methods) } });
    const refused = await service.call(`/v1/subjects/bob/${refusing}`, jpeg(photoAt(0)));
    expect(await codeOf(refused)).toBe("503 not_ready");
    expect((await service.call("/v1/subjects/bob")).status).toBe(404);
  });

  it("does not ask unless it was told to, and takes no other word", async () => {
    const service = startService();
    await enrol(service, { alice: [0], bob: [0] });
    const misspelt = await service.call("/v1/subjects/carol/faces?duplicates=no", jpeg(photoAt(0)));
    expect(await codeOf(misspelt)).toBe("400 invalid_request");
  });

  it("is in the audit trail, with the closest of several", async () => {
    const service = startService();
    await service.call(`/v1/subjects/alice/${refusing}`, jpeg(photoAt(0)));
    await service.call("/v1/subjects/carol/faces", jpeg(photoAt(0.1)));
    await service.call(`/v1/subjects/bob/${refusing}`, jpeg(photoAt(0)));
    const { entries } = (await (await service.call("/v1/audit")).json()) as {
      entries: { action: string; outcome: string; subject_id: string | null }[];
    };
    expect(entries.map(({ action, outcome, subject_id }) => [action, outcome, subject_id])).toEqual([
      ["duplicate_check", "nobody", null],
      ["face.enrol", "enrolled", "alice"],
      ["face.enrol", "enrolled", "carol"],
      ["duplicate_check", "candidate", "alice"],
    ]);
  });
});

describe("the promised rate", () => {
  it("that the data do not reach with so many faces is refused, and the default says what it is", async () => {
    const service = startService();
    await enrol(service, { alice: [0], bob: [0.01], carol: [0.02] });
    // The table of tests ends at 1e-6.
    const refused = await service.call("/v1/identify?max_fpir=2e-6", jpeg(photoAt(0)));
    expect(await codeOf(refused.clone())).toBe("400 invalid_request");
    expect(await refused.json()).toMatchObject({ error: { details: { field: "max_fpir" } } });
    const lowest = await identify(service, 0, "?max_fpir=3e-6");
    expect(lowest.max_fpir).toBe(3e-6);
    expect(lowest.threshold).toBeCloseTo(0.9, 6);
    expect((await identify(service, 0)).max_fpir).toBeCloseTo(3e-4, 7);
  });

  it.each(["0", "1", "-1", "many", "NaN"])("of %s is refused", async (rate) => {
    const response = await startService().call(`/v1/identify?max_fpir=${rate}`, jpeg(photoAt(0)));
    expect(await codeOf(response)).toBe("400 invalid_request");
  });

  it.each(["0", "51", "1.5", "-1", "x"])("beside %s candidates is refused", async (count) => {
    const response = await startService().call(`/v1/identify?max_candidates=${count}`, jpeg(photoAt(0)));
    expect(await codeOf(response)).toBe("400 invalid_request");
  });
});

describe("who may identify", () => {
  it("needs the scope", async () => {
    const service = startService();
    const key = await keyWith(service, "enrol", "verify", "read", "delete", "scores", "admin");
    expect(await codeOf(await service.callAs(key, "/v1/identify", jpeg(photoAt(0))))).toBe("403 forbidden");
  });

  it("is no session token", async () => {
    const service = startService();
    await enrol(service, { alice: [0] });
    const request = json({ subject_id: "alice", action: "verify" });
    const { token } = (await (await service.call("/v1/sessions", request)).json()) as { token: string };
    expect(await codeOf(await service.callAs(token, "/v1/identify", jpeg(photoAt(0))))).toBe("403 forbidden");
  });

  it("without scores is told names alone, in the order of their ids whoever is closer", async () => {
    const service = startService();
    await enrol(service, { bob: [0], alice: [0.1] });
    const key = await keyWith(service, "identify");
    for (const angle of [0, 0.05, 0.1]) {
      const { candidates } = await identify(service, angle, "", key);
      expect(candidates).toEqual([{ subject_id: "alice" }, { subject_id: "bob" }]);
    }
    expect(names(await identify(service, 0))).toEqual(["bob", "alice"]);
  });

  it("without scores is named the first by their ids of more than were asked for, and told that there are more", async () => {
    const service = startService();
    await enrol(service, { carol: [0], bob: [0.1], alice: [0.2], dave: [3] });
    const key = await keyWith(service, "identify");
    for (const [count, named, more] of [
      [1, ["alice"], true],
      [2, ["alice", "bob"], true],
      [3, ["alice", "bob", "carol"], undefined],
    ] as const) {
      const answer = await identify(service, 0, `?max_candidates=${count}`, key);
      expect([names(answer), answer.more_candidates]).toEqual([named, more]);
    }
    expect(await identify(service, 0, "?max_candidates=1")).not.toHaveProperty("more_candidates");
  });

  it("without scores may not choose the rate", async () => {
    const service = startService();
    const key = await keyWith(service, "identify");
    for (const rate of ["0.5", "0.01", "1e-3"]) {
      const asked = await service.callAs(key, `/v1/identify?max_fpir=${rate}`, jpeg(photoAt(0)));
      expect(await codeOf(asked)).toBe("403 forbidden");
    }
  });

  it("and enrol, without scores, moves the threshold in decades alone, and the promise is kept", async () => {
    const service = startService();
    await service.call("/v1/settings", { ...json({ max_fpir: 5e-4 }), method: "PATCH" });
    await enrol(service, { alice: [0] });
    const [key, scorer] = [
      await keyWith(service, "identify", "enrol"),
      await keyWith(service, "identify", "enrol", "scores"),
    ];
    // Alice is at the distance whose rate is 3e-5, between two decades.
    const angle = 2 * Math.asin((1 + 0.1 * Math.log10(3)) / 2 - 1e-6);
    const steps: [number, string[]][] = [];
    const exact = new Set<number>();
    for (let faces = 1; faces <= 14; faces++) {
      if (faces > 1) await enrol(service, { [`other-${faces}`]: [angle + Math.PI] }, key);
      const answer = await identify(service, angle, "", key);
      expect(answer).toMatchObject({ gallery_size: faces });
      expect(answer.max_fpir).toBeLessThanOrEqual(5e-4);
      const last = steps.at(-1);
      const step = Number(answer.threshold.toFixed(9));
      if (last?.[0] !== step) steps.push([step, names(answer)]);
      else expect(names(answer)).toEqual(last[1]);
      exact.add((await identify(service, angle, "", scorer)).threshold);
    }
    // The rate is 1e-4 for up to five faces, and then 1e-5.
    expect(steps).toEqual([
      [1.1, ["alice"]],
      [1, []],
    ]);
    expect(exact.size).toBe(10);
  });

  it("and without scores, is told the same of everybody who is not found, however near", async () => {
    const service = startService();
    await enrol(service, { alice: [0] });
    const key = await keyWith(service, "identify");
    const answers = new Set<string>();
    // The angles run from just beyond the threshold (1.1, an angle of 1.165) to the largest.
    for (let angle = 1.17; angle < Math.PI; angle += 0.2) {
      const { request_id, ...told } = await identify(service, angle, "", key);
      answers.add(JSON.stringify(told));
    }
    expect(answers.size).toBe(1);
  });
});
