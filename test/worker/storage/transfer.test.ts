/** Export and import: exact, resumable, and refused when a page was changed in any way. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newTenantAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { type Fuse, fuse, mortalDirectories, restart } from "../setup/crash.ts";
import { form, jpeg, json, photoAt, type Service, startService, textPipeline } from "../setup/service.ts";

beforeEach(reset);

const transferKey = btoa("the key that moves a tenant away");
const headers = { "Sameface-Transfer-Key": transferKey };

async function tenant({ call }: Service, id: string, settings = {}): Promise<string> {
  const response = await call("/v1/tenants", json({ tenant_id: id, settings }));
  return newTenantAnswerSchema.parse(await response.json()).key;
}

async function enrolSome(service: Service, key: string): Promise<void> {
  for (const [name, angle] of [
    ["alice", 0],
    ["alice", 0.1],
    ["bob", 1],
    ["carol", 2],
  ] as const) {
    const fields = { image: photoAt(angle), metadata: JSON.stringify({ angle: `${angle}` }) };
    await service.callAs(
      key,
      `/v1/subjects/${name}/faces?consent_version=v1&consent_purpose=test&expires_at=2099-01-01T00:00:00Z`,
      form(fields),
    );
  }
}

async function exportPages({ callAs }: Service, key: string, limit: number): Promise<string[]> {
  const pages: string[] = [];
  let query = `?limit=${limit}`;
  for (;;) {
    const response = await callAs(key, `/v1/export${query}`, { method: "POST", headers });
    expect(response.status).toBe(200);
    pages.push(await response.text());
    const next = response.headers.get("Sameface-Next-Cursor");
    if (next === null) return pages;
    query = `?limit=${limit}&cursor=${next}`;
  }
}

async function importPage({ callAs }: Service, key: string, body: string, more = {}) {
  const response = await callAs(key, "/v1/import", {
    method: "POST",
    headers: { ...headers, ...more },
    body,
  });
  const answer = (await response.json()) as Record<string, unknown> & { error?: { code: string } };
  return { status: response.status, code: answer.error?.code, ...answer };
}

async function everything({ callAs }: Service, key: string) {
  const described: unknown[] = [];
  for (const name of ["alice", "bob", "carol"]) {
    const answer = (await (await callAs(key, `/v1/subjects/${name}`)).json()) as { faces: unknown };
    described.push(answer.faces);
  }
  const distances: number[] = [];
  for (const name of ["alice", "bob", "carol"]) {
    const response = await callAs(key, `/v1/subjects/${name}/verify`, jpeg(photoAt(0.5)));
    distances.push(((await response.json()) as { distance: number }).distance);
  }
  return { described, distances };
}

describe("an export", () => {
  it.each([1, 2, 3, 4, 1000])(
    "in pages of %i comes back exactly, in another tenant of other shards",
    async (limit) => {
      const service = startService();
      const [from, to] = [await tenant(service, "from"), await tenant(service, "to", { shards: 3 })];
      await enrolSome(service, from);
      const pages = await exportPages(service, from, limit);
      let imported = 0;
      for (const page of pages) {
        const answer = (await importPage(service, to, page)) as { imported?: number; complete?: boolean };
        expect(answer).toMatchObject({ status: 200, complete: true });
        imported += answer.imported ?? 0;
      }
      expect(imported).toBe(4);
      expect(await everything(service, to)).toEqual(await everything(service, from));
    },
  );

  it("has nothing in it that can be read without the key", async () => {
    const service = startService();
    const key = await tenant(service, "from");
    await enrolSome(service, key);
    const text = (await exportPages(service, key, 10)).join("");
    const lines = text.split("\n").map((line) =>
      atob(
        line
          .replace(/^[^:]*:?"|"}?$/g, "")
          .replaceAll("-", "+")
          .replaceAll("_", "/")
          .replace(/[^A-Za-z0-9+/]/g, ""),
      ),
    );
    for (const secret of ["alice", "text-1", "angle", "SFRE"]) {
      expect(text).not.toContain(secret);
      expect(lines.join("\n")).not.toContain(secret);
    }
  });

  it("needs both scopes and a key of 32 bytes", async () => {
    const service = startService();
    for (const [init, status] of [
      [{ method: "POST" }, 400],
      [{ method: "POST", headers: { "Sameface-Transfer-Key": btoa("short") } }, 400],
    ] as const) {
      expect((await service.call("/v1/export", init)).status).toBe(status);
    }
    for (const scopes of [["admin"], ["embeddings"]]) {
      const made = (await (await service.call("/v1/keys", json({ scopes }))).json()) as { key: string };
      expect((await service.callAs(made.key, "/v1/export", { method: "POST", headers })).status).toBe(403);
      expect((await service.callAs(made.key, "/v1/import", { method: "POST", headers })).status).toBe(403);
    }
  });
});

describe("an import", () => {
  async function prepared() {
    const service = startService();
    const [from, to] = [await tenant(service, "from"), await tenant(service, "to")];
    await enrolSome(service, from);
    const [page] = await exportPages(service, from, 1000);
    return { service, from, to, page };
  }

  it("sent twice adds nothing twice", async () => {
    const { service, to, page } = await prepared();
    expect(await importPage(service, to, page)).toMatchObject({ imported: 4, skipped: 0 });
    expect(await importPage(service, to, page)).toMatchObject({ imported: 0, skipped: 4 });
  });

  it("cut off at any line takes what came whole, says so, and goes on from there", async () => {
    const { service, from, to, page } = await prepared();
    const lines = page.split("\n");
    for (let count = 1; count < lines.length - 1; count++) {
      const cut = `${lines.slice(0, count).join("\n")}\n${lines[count].slice(0, 10)}`;
      expect(await importPage(service, to, cut)).toMatchObject({ status: 200, complete: false });
    }
    expect(await importPage(service, to, page)).toMatchObject({ imported: 0, skipped: 4, complete: true });
    expect(await everything(service, to)).toEqual(await everything(service, from));
  });

  it.each<[string, (lines: string[]) => string[]]>([
    ["two lines exchanged", ([head, a, b, ...rest]) => [head, b, a, ...rest]],
    ["a line left out", ([head, , ...rest]) => [head, ...rest]],
    ["a line twice", ([head, a, ...rest]) => [head, a, a, ...rest]],
    [
      "a letter changed",
      ([head, a, ...rest]) => [head, a.replace(/(?<=^.{40})./, (c) => (c === "A" ? "B" : "A")), ...rest],
    ],
    ["another page's head", ([, ...rest]) => ['{"sameface_export":1,"page":"another"}', ...rest]],
    ["another version", ([, ...rest]) => ['{"sameface_export":2,"page":"p"}', ...rest]],
    ["something after its end", (lines) => [...lines.slice(0, -1), '"more"', ""]],
    ["nothing in it", () => [""]],
  ])("of a page with %s takes nothing", async (_, change) => {
    const { service, to, page } = await prepared();
    const changed = change(page.split("\n")).join("\n") || "\n";
    expect(await importPage(service, to, changed)).toMatchObject({ status: 400, code: "invalid_request" });
    expect((await service.callAs(to, "/v1/subjects/alice")).status).toBe(404);
  });

  it("with another key takes nothing", async () => {
    const { service, to, page } = await prepared();
    const another = { "Sameface-Transfer-Key": btoa("another key that opens nothing..") };
    expect(await importPage(service, to, page, another)).toMatchObject({ status: 400 });
  });

  it("of another model's embeddings takes nothing", async () => {
    const { to, page } = await prepared();
    const other = startService({ pipeline: textPipeline("text-2") });
    expect(await importPage(other, to, page)).toMatchObject({ status: 409, code: "model_mismatch" });
    expect((await other.callAs(to, "/v1/subjects/alice")).status).toBe(404);
  });

  it("that dies at any write leaves a state that the same page repairs", async () => {
    for (let writes = 0; ; writes++) {
      await reset();
      const { service, from, to, page } = await prepared();
      await restart("to");
      const limited: Fuse = fuse(writes);
      const mortal = startService({ trust: { openDirectory: mortalDirectories(limited) } });
      await importPage(mortal, to, page);
      await restart("to");
      const again = (await importPage(service, to, page)) as { imported?: number };
      expect([0, 4], `killed at write ${writes}`).toContain(again.imported);
      expect(await everything(service, to)).toEqual(await everything(service, from));
      if (!limited.blown) break;
      expect(writes).toBeLessThan(60);
    }
  });
});
