/** The engine's files: fetched once, checked, and kept, whatever the browser's cache does. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openFiles, type Platform } from "../../../browser/worker/files.ts";

const assets = "https://app.example/sameface/";
const plan = new TextEncoder().encode("a plan");
const other = new TextEncoder().encode("another plan");
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const hashes = { "a.plan": hashOf(plan) };

interface Served {
  /** Answers by turn; the last one is given again and again. */
  readonly answers: readonly (Uint8Array<ArrayBuffer> | number)[];
  /** Bytes that the cache has, by their address. */
  readonly kept?: Map<string, Uint8Array<ArrayBuffer>>;
  readonly cacheFails?: boolean;
}

function platformOf({ answers, kept = new Map(), cacheFails = false }: Served) {
  const fetched: string[] = [];
  const cache = {
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async (url: string) => kept.delete(url),
    match: async (url: string) => {
      const bytes = kept.get(url);
      return bytes && new Response(bytes);
    },
    put: async (url: string, response: Response) => {
      if (cacheFails) throw new DOMException("the disk is full", "QuotaExceededError");
      kept.set(url, new Uint8Array(await response.arrayBuffer()));
    },
  };
  const platform: Platform = {
    fetch: async (url, init) => {
      const answer = answers[Math.min(fetched.length, answers.length - 1)];
      fetched.push(`${init?.cache}: ${url}`);
      return typeof answer === "number" ? new Response("", { status: answer }) : new Response(answer);
    },
    caches: { open: async () => cache as unknown as Cache },
  };
  return { platform, fetched, kept };
}

const key = `${assets}a.plan?sha256=${hashes["a.plan"]}`;

describe("a file of the engine", () => {
  it("is fetched once for many who ask at the same time, and kept", async () => {
    const { platform, fetched, kept } = platformOf({ answers: [plan] });
    const files = openFiles(assets, hashes, platform);
    const all = await Promise.all([files.bytes("a.plan"), files.bytes("a.plan"), files.bytes("a.plan")]);
    expect(all).toEqual([plan, plan, plan]);
    expect(fetched).toEqual([`default: ${assets}a.plan`]);
    expect(kept.get(key)).toEqual(plan);
  });

  it("comes of the cache at the next visit", async () => {
    const { platform, fetched } = platformOf({ answers: [404], kept: new Map([[key, plan]]) });
    expect(await openFiles(assets, hashes, platform).bytes("a.plan")).toEqual(plan);
    expect(fetched).toEqual([]);
  });

  it("is fetched anew where the cache was altered", async () => {
    const { platform, kept } = platformOf({ answers: [plan], kept: new Map([[key, other]]) });
    expect(await openFiles(assets, hashes, platform).bytes("a.plan")).toEqual(plan);
    expect(kept.get(key)).toEqual(plan);
  });

  it("is fetched past the HTTP cache where that has an earlier build's", async () => {
    const { platform, fetched } = platformOf({ answers: [other, plan] });
    expect(await openFiles(assets, hashes, platform).bytes("a.plan")).toEqual(plan);
    expect(fetched).toEqual([`default: ${assets}a.plan`, `reload: ${assets}a.plan`]);
  });

  it("is refused with another hash, not kept, and asked for anew by the next call", async () => {
    const { platform, fetched, kept } = platformOf({ answers: [other, other, plan] });
    const files = openFiles(assets, hashes, platform);
    await expect(files.bytes("a.plan")).rejects.toThrow("its SHA-256 is another");
    expect(kept.size).toBe(0);
    expect(await files.bytes("a.plan")).toEqual(plan);
    expect(fetched).toHaveLength(3);
  });

  it.each([404, 500])("says so when the answer is %i", async (status) => {
    const { platform } = platformOf({ answers: [status] });
    const bytes = openFiles(assets, hashes, platform).bytes("a.plan");
    await expect(bytes).rejects.toThrow(`a.plan cannot be fetched: status ${status}`);
  });

  it("works without a cache, and with one that is full", async () => {
    const full = platformOf({ answers: [plan], cacheFails: true });
    expect(await openFiles(assets, hashes, full.platform).bytes("a.plan")).toEqual(plan);
    const none = { ...platformOf({ answers: [plan] }).platform, caches: undefined };
    expect(await openFiles(assets, hashes, none).bytes("a.plan")).toEqual(plan);
  });

  it("of an earlier build is forgotten, and other folders' files are left alone", async () => {
    const foreign = "https://app.example/other/a.plan?sha256=00";
    const kept = new Map([
      [`${assets}a.plan?sha256=00`, other],
      [foreign, other],
    ]);
    await openFiles(assets, hashes, platformOf({ answers: [plan], kept }).platform).bytes("a.plan");
    expect([...kept.keys()].sort()).toEqual([foreign, key].sort());
  });

  it("that nobody built is not fetched", async () => {
    const { platform, fetched } = platformOf({ answers: [plan] });
    await expect(openFiles(assets, hashes, platform).bytes("b.plan")).rejects.toThrow("has no file b.plan");
    expect(fetched).toEqual([]);
  });
});
