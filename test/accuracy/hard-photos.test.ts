/**
 * Every file of the public suites of hard photos through the Worker over HTTP: each gets an answer that is not
 * a 5xx within three seconds, and the Worker answers the next request.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unstable_startWorker } from "wrangler";
import { hardPhotosSet, readMedia } from "../fixtures/data.ts";
import { hardPhotos, readHardPhoto } from "../fixtures/photos/corpus.ts";
import { memoryOfChildren, type ProcessMemory } from "../fixtures/process-memory.ts";

const sample = readMedia("franck_01829.jpg");
const slowestMs = 3_000;

interface Row {
  readonly file: string;
  readonly answer: string;
  readonly ms: number;
  /** Resident size of workerd and of the second one that wrangler starts before it, with all their isolates. */
  readonly peakMb: number | undefined;
}

describe.skipIf(!hardPhotosSet.isPresent)(hardPhotosSet.title("hard photos over HTTP"), () => {
  let worker: Awaited<ReturnType<typeof unstable_startWorker>>;
  let memory: ProcessMemory | undefined;
  const rows: Row[] = [];

  beforeAll(async () => {
    worker = await unstable_startWorker({
      config: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
      bindings: {
        SAMEFACE_ENV: { type: "plain_text", value: "development" },
        SAMEFACE_API_KEY: { type: "plain_text", value: "test-key" },
        SAMEFACE_KEK: { type: "plain_text", value: Buffer.alloc(32, 7).toString("base64") },
      },
      dev: {
        server: { hostname: "127.0.0.1", port: 0 },
        inspector: false,
        watch: false,
        persist: false,
        logLevel: "error",
      },
    });
    expect((await compareWithItself(sample)).status).toBe(200);
    memory = memoryOfChildren("workerd");
  });

  afterAll(() => worker.dispose());

  async function compareWithItself(photo: Uint8Array) {
    const form = new FormData();
    for (const field of ["image_a", "image_b"])
      form.append(field, new Blob([new Uint8Array(photo)]), "photo.jpg");
    const request = new Request("http://localhost/v1/compare", {
      method: "POST",
      headers: { Authorization: "Bearer test-key" },
      body: form,
    });
    const body = await request.arrayBuffer();
    const started = performance.now();
    const response = await worker.fetch(request.url, {
      method: "POST",
      headers: [...request.headers] as [string, string][],
      body,
    });
    const answer = (await response.json()) as {
      match?: boolean;
      distance?: number;
      error?: { code: string };
    };
    return { status: response.status, answer, ms: performance.now() - started };
  }

  test("each gets an answer in time, and none stops the Worker", async () => {
    const wrong: Row[] = [];
    for (const file of hardPhotos()) {
      memory?.reset();
      const { status, answer, ms } = await compareWithItself(readHardPhoto(file));
      const row = {
        file,
        answer: `${status} ${answer.error?.code ?? "match"}`,
        ms,
        peakMb: memory && memory.peakBytes() / 1e6,
      };
      rows.push(row);
      const right = status === 200 ? answer.match === true && answer.distance === 0 : status < 500;
      if (!right || ms > slowestMs) wrong.push(row);
    }
    console.log(["   ms  peak MB  answer                       file", ...rows.map(format)].join("\n"));
    expect(wrong).toEqual([]);
    expect((await compareWithItself(sample)).status).toBe(200);
  });

  test("whatever is too large is refused with less than 50 ms of work beyond reading the request", async () => {
    const bombs = rows.filter(({ answer }) => answer.includes("image_too_large"));
    expect(bombs.map(({ file }) => file)).toContain("lottapixel/lottapixel.jpg");
    const fastest = async (photo: Uint8Array) => {
      const times: number[] = [];
      for (let turn = 0; turn < 7; turn++) times.push((await compareWithItself(photo)).ms);
      return Math.min(...times);
    };
    for (const { file } of bombs) {
      const bomb = readHardPhoto(file);
      const reading = await fastest(new Uint8Array(bomb.length));
      const work = (await fastest(bomb)) - reading;
      console.log(`${work.toFixed(1)} ms of work, ${reading.toFixed(1)} ms to read  ${file}`);
      expect(work, file).toBeLessThan(50);
    }
  });
});

function format({ file, answer, ms, peakMb }: Row): string {
  return `${ms.toFixed(0).padStart(5)}  ${(peakMb?.toFixed(0) ?? "?").padStart(7)}  ${answer.padEnd(27)}  ${file}`;
}
