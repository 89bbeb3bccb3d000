/**
 * An isolate's memory while many send large photos at once, and what callers who hang up leave in it, in workerd by
 * itself. The bench has more loads and real photos (`npm run bench -- --only memory`); here comments fill files to
 * their size.
 */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startCollectingWorker } from "../bench/instruments/collections.ts";
import { measureLoadMemory, withIsolate } from "../bench/measure/memory-by-load.ts";
import { nameOf, openConnection } from "../bench/service/connection.ts";
import { type Bundle, bundle } from "../bench/setup/bundle.ts";
import { type LoadPhotos, makeLoads, photo } from "../bench/setup/loads.ts";
import { sweep } from "../fixtures/exhaustive.ts";
import { fillJpeg } from "../fixtures/photos/images.ts";
import { largePhoto } from "../fixtures/photos/large-photos.ts";
import { encodePng } from "../fixtures/photos/png.ts";
import { repository } from "./setting.ts";

let measured: Bundle;
beforeAll(() => {
  measured = bundle(join(repository, "test/bench/workers/measured.ts"), "measured-e2e", "service");
});

describe("an isolate at 32 connections", () => {
  /** Most MB of the 128 that an isolate has. */
  const mostMb = 100;
  const connections = 32;
  const bounds = { answers: 40, mostMs: 4000 };

  let photos: LoadPhotos;
  beforeAll(async () => {
    const small = await largePhoto("small-jpeg-640");
    const megapixels12 = fillJpeg(await largePhoto("jpeg-12mp"), 3_200_000);
    photos = {
      enrolled: { person: small, other: small },
      small,
      megapixels12,
      largest: fillJpeg(megapixels12, 10_400_000),
      largestInBase64: fillJpeg(megapixels12, 7_800_000),
      avif: small,
      webp: small,
    };
  });

  // Any answer but a match and `overloaded` fails the load itself.
  const names = [
    "12 MP",
    "10 MB",
    "10 MB in a form",
    "10 MB of JSON",
    "two of 12 MP compared",
    "10 MB in chunks",
  ];

  it.each(sweep(names, ["10 MB in chunks"]))(
    "of %s holds at most 100 MB, and answers small photos all the while",
    { timeout: 180_000 },
    async (name) => {
      const load = makeLoads(photos).find((each) => each.name === name)!;
      const { peak, after, answers, small } = await withIsolate(measured, photos, (worker, isolate) =>
        measureLoadMemory(worker, isolate, photos, load, connections, bounds),
      );
      console.log(
        `${name}: ${peak.totalMb.toFixed(1)} MB at most, ${after.totalMb.toFixed(1)} after collection, ${JSON.stringify(answers)}, small photos beside ${JSON.stringify(small.answers)}`,
      );
      expect(peak.totalMb).toBeLessThanOrEqual(mostMb);
      expect(answers["200"]).toBeGreaterThan(0);
      expect(Object.keys(small.answers)).toEqual(["200"]);
    },
  );
});

describe("an isolate", () => {
  /** Most bytes for all sizes: the engine's table of texts takes 47,616 more once it grows. */
  const mostBytesOfSizes = 24_000;

  it("keeps no text of the sizes that refused photos claim", { timeout: 120_000 }, async () => {
    const worker = await startCollectingWorker(measured, () => undefined);
    try {
      const pixel = { width: 1, height: 1, data: new Uint8Array(4) };
      const connection = openConnection(worker.url);
      const refuse = async (count: number, claimed: (i: number) => number) => {
        for (let i = 0; i < count; i++) {
          const png = await encodePng(pixel, { claimed: { width: claimed(i), height: 40_000 } });
          const outcome = await connection.exchange(photo("nobody", png, "image/png", "faces"));
          expect(nameOf(outcome)).toBe("413 image_too_large");
        }
      };
      // Refusals of one size let the engine's other tables and the compiled functions grow first.
      await refuse(400, () => 40_000);
      const before = await worker.collected();
      await refuse(100, (i) => 40_000 + i);
      const after = await worker.collected();
      connection.close();
      const bytes = (after.heapMb - after.codeMb - (before.heapMb - before.codeMb)) * 1e6;
      console.log(`kept of a hundred sizes: ${bytes.toFixed(0)} bytes`);
      expect(bytes).toBeLessThan(mostBytesOfSizes);
    } finally {
      await worker.stop();
    }
  });

  /** Most bytes for each caller. With the stack of the stream's error it was nine thousand. */
  const mostBytes = 1500;
  const callers = 600;

  it("keeps nothing of callers who hang up in the middle of a body", { timeout: 120_000 }, async () => {
    const worker = await startCollectingWorker(measured, () => undefined);
    try {
      const body = new Uint8Array(20_000);
      const send = async (count: number) => {
        const connection = openConnection(worker.url);
        for (let i = 0; i < count; i++) {
          const manner = { stopAfterBytes: 9000, hangUp: "sent", chunked: i % 2 === 0 } as const;
          await connection.exchange(
            photo("nobody", body, "image/jpeg", i % 3 === 0 ? "faces" : "verify"),
            manner,
          );
        }
        // The last requests are still being read.
        await new Promise((resolve) => setTimeout(resolve, 1000));
      };
      await send(200);
      const before = await worker.collected();
      await send(callers);
      const after = await worker.collected();
      const bytes = ((after.totalMb - before.totalMb) * 1e6) / callers;
      console.log(`kept of each caller who hung up: ${bytes.toFixed(0)} bytes`);
      expect(bytes).toBeLessThan(mostBytes);
    } finally {
      await worker.stop();
    }
  });
});
