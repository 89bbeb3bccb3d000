/** Names in any script, from the path to the stores and back: the accepted ones, their order, and their places. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newTenantAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import {
  base64,
  form,
  jpeg,
  json,
  photoAt,
  randomBytes,
  type Service,
  startService,
  templates,
} from "../setup/service.ts";

beforeEach(reset);

/** Names in the order of their UTF-8 bytes: the last two are the other way round in UTF-16. */
const names = [
  "+1-555|home=1",
  "a+b@example.com",
  "alice",
  "Ødegård",
  "αβγ",
  "\u0430lice",
  "שלום",
  "محمد-٣",
  "हिन्दी",
  "さくら",
  "李小龍",
  "김철수",
  "ａｄｍｉｎ",
  "𠀀𠀁",
];

/** Writes a name into a path as every client does. */
const at = (name: string, more = "") => `/v1/subjects/${encodeURIComponent(name)}${more}`;

const transferKey = { "Sameface-Transfer-Key": base64(randomBytes(32)) };

async function tenant({ call }: Service, id: string, settings: object): Promise<string> {
  const response = await call("/v1/tenants", json({ tenant_id: id, settings }));
  return newTenantAnswerSchema.parse(await response.json()).key;
}

async function enrolAll({ callAs }: Service, key: string): Promise<void> {
  for (const [i, name] of [...names].reverse().entries()) {
    const photo = form({ image: photoAt(0.01 * i), metadata: JSON.stringify({ name }) });
    const answer = await callAs(key, at(name, "/faces"), photo);
    expect([answer.status, await answer.json()]).toMatchObject([201, { subject_id: name }]);
  }
}

async function listed({ callAs }: Service, key: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let query = `?limit=${limit}`; ; ) {
    const page = (await (await callAs(key, `/v1/subjects${query}`)).json()) as {
      subjects: { subject_id: string }[];
      next_cursor: string | null;
    };
    found.push(...page.subjects.map(({ subject_id }) => subject_id));
    if (page.next_cursor === null) return found;
    query = `?limit=${limit}&cursor=${page.next_cursor}`;
  }
}

describe("names in any script", () => {
  it("are in the order of their bytes here", () => {
    const bytes = (text: string) =>
      [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join("");
    expect([...names].sort((a, b) => (bytes(a) < bytes(b) ? -1 : 1))).toEqual(names);
    expect([...names].sort()).not.toEqual(names);
  });

  it.each(["strong", "edge"])(
    "are enrolled, shown, verified and deleted, with consistency %s",
    async (consistency) => {
      const service = startService();
      const key = await tenant(service, "acme", { consistency, shards: 3 });
      await enrolAll(service, key);
      const kept = (await templates.list()).keys.map(({ name }) => name.split("!")[2]);
      expect(new Set(kept)).toEqual(new Set(names));
      for (const [i, name] of [...names].reverse().entries()) {
        const shown = await service.callAs(key, at(name));
        expect(await shown.json()).toMatchObject({ subject_id: name, faces: [{ metadata: { name } }] });
        const verified = await service.callAs(key, at(name, "/verify"), jpeg(photoAt(0.01 * i)));
        expect(await verified.json()).toMatchObject({ match: true, distance: 0 });
        const deleted = await service.callAs(key, at(name), { method: "DELETE" });
        expect(await deleted.json()).toMatchObject({ subject_id: name });
        expect((await service.callAs(key, at(name))).status).toBe(404);
      }
      expect((await templates.list()).keys).toEqual([]);
      await service.settled();
    },
  );

  it.each([1, 3])(
    "are listed once each in the order of their bytes, by pages, over %i shards",
    async (shards) => {
      const service = startService();
      const key = await tenant(service, "acme", { shards });
      await enrolAll(service, key);
      for (const limit of [1, 3, names.length, 100]) {
        expect(await listed(service, key, limit), `pages of ${limit}`).toEqual(names);
      }
    },
  );

  it("are found by a search, and stand in the audit trail", async () => {
    const service = startService();
    await service.call(at("李小龍", "/faces"), jpeg(photoAt(0)));
    const found = await service.call("/v1/identify", jpeg(photoAt(0)));
    expect(await found.json()).toMatchObject({ candidates: [{ subject_id: "李小龍" }] });
    expect(await (await service.call("/v1/audit")).json()).toMatchObject({
      entries: [
        { action: "face.enrol", subject_id: "李小龍" },
        { subject_id: "李小龍", outcome: "candidate" },
      ],
    });
    expect(JSON.stringify(service.log)).not.toContain("李小龍");
  });

  it("are in a session's token, which holds for no other name", async () => {
    const service = startService();
    for (const name of ["\u0430lice", "alice"]) {
      await service.call(at(name, "/faces"), jpeg(photoAt(0)));
    }
    const request = json({ subject_id: "\u0430lice", action: "verify" });
    const { token } = (await (await service.call("/v1/sessions", request)).json()) as { token: string };
    const verify = (name: string) => service.callAs(token, at(name, "/verify"), jpeg(photoAt(0)));
    expect((await verify("alice")).status).toBe(403);
    expect((await verify("\u0430lice")).status).toBe(200);
  });

  it("go through an export, page by page, and an import", async () => {
    const service = startService();
    const from = await tenant(service, "acme", { shards: 3 });
    const to = await tenant(service, "other", { shards: 2 });
    await enrolAll(service, from);
    for (let query = "?limit=5"; ; ) {
      const page = await service.callAs(from, `/v1/export${query}`, { method: "POST", headers: transferKey });
      const body = await page.text();
      const answer = await service.callAs(to, "/v1/import", { method: "POST", headers: transferKey, body });
      expect(answer.status).toBe(200);
      const next = page.headers.get("Sameface-Next-Cursor");
      if (next === null) break;
      query = `?limit=5&cursor=${next}`;
    }
    expect(await listed(service, to, 100)).toEqual(names);
    const shown = await service.callAs(to, at("𠀀𠀁"));
    expect(await shown.json()).toMatchObject({ faces: [{ metadata: { name: "𠀀𠀁" } }] });
  });

  it("may be as long as 255 bytes in every store", async () => {
    const service = startService();
    const key = await tenant(service, "a".repeat(32), { consistency: "edge", shards: 3 });
    for (const name of [`${"é".repeat(127)}a`, "李".repeat(85), "𠀀".repeat(63), "a".repeat(128)]) {
      const photo = jpeg(photoAt(0));
      expect((await service.callAs(key, at(name, "/faces"), photo)).status).toBe(201);
      expect((await service.callAs(key, at(name, "/verify"), photo)).status).toBe(200);
    }
    await service.settled();
    const longest = Math.max(
      ...(await templates.list()).keys.map(({ name }) => new TextEncoder().encode(name).length),
    );
    // A face's id is a UUID of 36 letters here; with one of 64 the length is 355.
    expect(longest).toBe(355 - 28);
  });

  it("are two where they look alike, and one where only the path's escapes differ", async () => {
    const { call } = startService();
    await call("/v1/subjects/a%2Bb%3Dc%7Cd/faces", jpeg(photoAt(0)));
    expect((await call("/v1/subjects/a+b=c|d")).status).toBe(200);
    expect((await call("/v1/subjects/%61%2bb=c%7cd")).status).toBe(200);
    await call("/v1/subjects/\u0430lice/faces", jpeg(photoAt(0)));
    expect((await call("/v1/subjects/%D0%B0lice")).status).toBe(200);
    expect((await call("/v1/subjects/alice")).status).toBe(404);
  });
});
