/** Sizes of what browsers fetch: as docs/capture.md states them, and no larger without a reason. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { read, repository, rowsOf } from "../../fixtures/documentation.ts";

const folder = mkdtempSync(join(tmpdir(), "sameface-sizes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const printed = execFileSync(process.execPath, ["tools/build-browser.ts", folder], {
  cwd: repository,
  encoding: "utf8",
});
const sizes = new Map(
  [...printed.matchAll(/^(\S+) +(\d+) bytes, (\d+) by gzip$/gm)].map(([, name, bytes, gzip]) => [
    name,
    [Number(bytes), Number(gzip)],
  ]),
);

/** Bytes of the files together, plain and compressed. */
function sum(...names: string[]): number[] {
  return [0, 1].map((k) => names.reduce((total, name) => total + (sizes.get(name)?.[k] ?? Number.NaN), 0));
}

const parts: Readonly<Record<string, number[]>> = {
  "the module": sum("sameface.js"),
  "the worker": sum("worker.js"),
  "kernels, samplers and JPEG reader": sum("kernels-relaxed.wasm", "sampling.wasm", "jpeg.wasm"),
  "detectors and landmarks": sum("blazeface-short.plan", "blazeface-full.plan", "mtcnn-onet.plan"),
  "encoder, on request": sum("mobilefacenet-192.plan", "mobilefacenet-160.plan"),
};

test("docs/capture.md states the sizes, to 3 % and to the half kilobyte that rounding takes", () => {
  const rows = rowsOf(read("docs/capture.md"), "files", "size", "by gzip");
  expect(rows.map(([part]) => part)).toEqual(Object.keys(parts));
  for (const [part, ...stated] of rows) {
    for (const [k, text] of stated.entries()) {
      const kilobytes = Number(text.replace(/ kB$/, "").replaceAll(",", ""));
      expect(Math.abs(kilobytes * 1000 - parts[part][k]) / parts[part][k], `${part}: ${text}`).toBeLessThan(
        0.03 + 500 / parts[part][k],
      );
    }
  }
});

test("a page fetches at most 1.6 MB by gzip to guide, and 2.1 MB more for the encoder", () => {
  const { "encoder, on request": encoder, ...guide } = parts;
  const guideBytes = Object.values(guide).reduce((total, [, gzip]) => total + gzip, 0);
  expect(guideBytes).toBeLessThanOrEqual(1_600_000);
  expect(encoder[1]).toBeLessThanOrEqual(2_100_000);
});
