/** The engine in a page, in Chromium: its bits beside those of Node and workerd, its files, and what the policy allows. */
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type * as engineModule from "../../browser/index.ts";
import { loadRuntime, type Runtime } from "../../model/runtime.ts";
import { toHex } from "../../src/crypto/digest.ts";
import { mediaPath } from "../fixtures/data.ts";
import { hasChromium } from "./chromium.ts";
import { startSite } from "./site.ts";

const photos = ["franck_01829.jpg", "franck_04000.jpg", "cage.jpg"];

/** One photo's result, in a form that crosses from the page. */
interface Seen {
  readonly embedding: string;
  readonly recognisability: number;
  readonly encoded: unknown;
  readonly measured: unknown;
}

/** Writes every number with 12 digits. */
function rounded(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "number" ? part.toPrecision(12) : part));
}

describe.skipIf(!hasChromium)("the engine in a page (needs Chromium)", () => {
  const site = startSite("cage.jpg");
  let context: BrowserContext;
  let page: Page;
  let runtime: Runtime;
  let errors: string[];
  /** Names of the engine's files that were fetched from the service. */
  let fetched: string[];

  beforeAll(async () => {
    runtime = await loadRuntime();
  }, 180_000);

  beforeEach(async () => {
    context = await site.browser.newContext();
    context.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith("/browser/")) fetched.push(pathname.slice("/browser/".length));
    });
    await open();
  });

  afterEach(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });

  async function open(): Promise<void> {
    page = await context.newPage();
    errors = [];
    fetched = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(`${site.server.url}/docs`);
  }

  async function inPage(names: readonly string[]): Promise<{ kernels: string; seen: Seen[] }> {
    const files = names.map((name) => readFileSync(mediaPath(name)).toString("base64"));
    // A string, since the test runner would turn `import` in a function into its own.
    await page.evaluate('import("/browser/sameface.js").then((module) => { globalThis.sameface = module; })');
    return page.evaluate(async (given) => {
      const { openEngine } = (globalThis as unknown as { sameface: typeof engineModule }).sameface;
      const engine = openEngine();
      const { kernels } = await engine.load({ encoder: true });
      const seen = [];
      for (const file of given) {
        const blob = new Blob([Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))]);
        const { embedding, face, image, recognisability } = await engine.encode(blob);
        seen.push({
          embedding: Array.from(new Uint8Array(embedding.buffer), (byte) =>
            byte.toString(16).padStart(2, "0"),
          ).join(""),
          recognisability,
          encoded: { face, image },
          measured: await engine.measure(blob),
        });
      }
      engine.close();
      return { kernels, seen };
    }, files);
  }

  async function inNode(name: string) {
    const encoded = await runtime.pipeline.encodeFace(readFileSync(mediaPath(name)), "largest");
    if (!encoded.ok) throw new Error(encoded.failure.code);
    const { embedding, face, quality, image } = encoded.value;
    const { recognisability, ...measures } = quality;
    return {
      embedding: toHex(new Uint8Array(embedding.values.buffer)),
      recognisability,
      encoded: {
        face: { ...face, measures },
        image: { width: image.width, height: image.height },
      },
    };
  }

  async function inWorkerd(name: string): Promise<string> {
    const response = await fetch(`${site.server.url}/v1/embed`, {
      method: "POST",
      headers: { Authorization: "Bearer dev-key", "Content-Type": "image/jpeg" },
      body: readFileSync(mediaPath(name)),
    });
    const { embedding } = (await response.json()) as { embedding: string };
    return Buffer.from(embedding, "base64").toString("hex");
  }

  test("gives the bits that Node and workerd give of the same file", async () => {
    const { kernels, seen } = await inPage(photos);
    expect(kernels).toBe("relaxed");
    for (const [i, name] of photos.entries()) {
      const { measured, ...rest } = seen[i];
      const node = await inNode(name);
      expect(rest.embedding).toBe(node.embedding);
      expect(rest.embedding).toBe(await inWorkerd(name));
      // Angles and scores end in functions of the language, whose last bit may differ from one V8 to another.
      expect(rounded(rest)).toEqual(rounded(node));
      // Without the encoder it measures the same.
      expect(measured).toEqual({ ...(rest.encoded as object), faces: 1 });
    }
  });

  test("fetches each file once, and nothing at the next visit", async () => {
    await inPage([photos[0]]);
    const files = fetched.filter((name) => !name.endsWith(".js")).sort();
    expect(files).toEqual([
      "blazeface-full.plan",
      "blazeface-short.plan",
      "jpeg.wasm",
      "kernels-relaxed.wasm",
      "mobilefacenet-160.plan",
      "mobilefacenet-192.plan",
      "mtcnn-onet.plan",
      "sampling.wasm",
    ]);
    await page.close();
    await open();
    await inPage([photos[0]]);
    expect(fetched.filter((name) => !name.endsWith(".js"))).toEqual([]);
  });

  test("without relaxed SIMD takes the other kernels, which give the same bits", async () => {
    await page.route("**/browser/worker.js", async (route) => {
      const response = await route.fetch();
      const body = `WebAssembly.validate = () => false;${await response.text()}`;
      await route.fulfill({ response, body });
    });
    const { kernels, seen } = await inPage([photos[0]]);
    expect(kernels).toBe("plain");
    expect(fetched).toContain("kernels.wasm");
    expect(fetched).not.toContain("kernels-relaxed.wasm");
    expect(seen[0].embedding).toBe((await inNode(photos[0])).embedding);
  });

  test("refuses a file that was altered on its way", async () => {
    await page.route("**/browser/mtcnn-onet.plan", async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length - 1] ^= 1;
      await route.fulfill({ response, body });
    });
    await expect(inPage([photos[0]])).rejects.toThrow(/mtcnn-onet\.plan is not the file that belongs/);
  });
});
