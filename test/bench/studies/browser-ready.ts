/**
 * `node test/bench/studies/browser-ready.ts`: how long the engine for pages takes from the import of its module to its first
 * look, in Chromium against the development server on this machine, so without a network: with an empty cache, and at the
 * next visit.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type * as browserModule from "../../../browser/index.ts";
import { stillVideo } from "../../browser/camera-video.ts";
import { launchChromium } from "../../browser/chromium.ts";
import { startDevServer } from "../../browser/dev-server.ts";
import { mediaPath } from "../../fixtures/data.ts";
import { quantile } from "../instruments/statistics.ts";

const rounds = 9;

interface Times {
  /** Detectors, landmarks and JPEG reader are loaded. */
  readonly guideMs: number;
  /** One look at a frame of 640 by 512 pixels with one face, after the first. */
  readonly lookMs: number;
  /** The encoder is loaded too. */
  readonly encoderMs: number;
  readonly encodeMs: number;
}

async function visit(browser: Browser, url: string): Promise<[first: Times, next: Times]> {
  const context = await browser.newContext();
  try {
    return [await measure(), await measure()];
  } finally {
    await context.close();
  }

  async function measure(): Promise<Times> {
    const page = await context.newPage();
    await page.goto(`${url}/docs`);
    const photo = readFileSync(mediaPath("franck_01829.jpg")).toString("base64");
    const times = await page.evaluate(async (file) => {
      const address = "/browser/sameface.js";
      const begun = performance.now();
      const { openEngine } = (await import(address)) as typeof browserModule;
      const engine = openEngine();
      await engine.load();
      const guideMs = performance.now() - begun;
      const blob = new Blob([Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0))]);
      const canvas = new OffscreenCanvas(640, 512);
      const drawing = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      drawing.drawImage(await createImageBitmap(blob), 0, 0, 640, 512);
      const pixels = () => ({
        width: 640,
        height: 512,
        data: drawing.getImageData(0, 0, 640, 512).data as Uint8ClampedArray<ArrayBuffer>,
        frameWidth: 640,
        frameHeight: 512,
      });
      await engine.look(pixels());
      const beforeLook = performance.now();
      for (let k = 0; k < 5; k++) await engine.look(pixels());
      const lookMs = (performance.now() - beforeLook) / 5;
      const beforeEncoder = performance.now();
      await engine.load({ encoder: true });
      const encoderMs = performance.now() - beforeEncoder;
      await engine.encode(blob);
      const beforeEncode = performance.now();
      for (let k = 0; k < 5; k++) await engine.encode(blob);
      const encodeMs = (performance.now() - beforeEncode) / 5;
      engine.close();
      return { guideMs, lookMs, encoderMs, encodeMs };
    }, photo);
    await page.close();
    return times;
  }
}

const folder = mkdtempSync(join(tmpdir(), "sameface-ready-"));
const server = await startDevServer(folder);
let browser: Browser | undefined;
try {
  browser = await launchChromium(stillVideo(readFileSync(mediaPath("franck_01829.jpg"))), folder);
  const visits: [Times, Times][] = [];
  for (let round = 0; round < rounds; round++) visits.push(await visit(browser, server.url));
  console.log(`${cpus()[0].model}, ${rounds} visits, median and range, ms`);
  for (const [k, name] of ["first visit", "next visit"].entries()) {
    const row = (["guideMs", "lookMs", "encoderMs", "encodeMs"] as const).map((measure) => {
      const values = Float64Array.from(visits, (times) => times[k][measure]).sort();
      const shown = (share: number) => quantile(values, share).toFixed(0);
      return `${measure.slice(0, -2)} ${shown(0.5)} (${shown(0)} to ${shown(1)})`;
    });
    console.log(`${name}: ${row.join(", ")}`);
  }
} finally {
  await browser?.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
