/** Largest size of a deployment, in bytes. Raise a limit only with a reason in the commit. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "./setting.ts";

const mebibyte = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), "sameface-bundle-"));
const bundled = () => readdirSync(folder).filter((file) => /\.(js|wasm|plan|onnx)$/.test(file));

beforeAll(() => {
  const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
  const { status, stderr } = spawnSync(
    process.execPath,
    [wrangler, "deploy", "--dry-run", "--outdir", folder],
    {
      cwd: repository,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
      encoding: "utf8",
      timeout: 110_000,
    },
  );
  if (status !== 0) throw new Error(`wrangler cannot bundle the Worker:\n${stderr}`);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["all of it, as uploaded", /./, 6.72e6],
  ["its script", /\.js$/, 0.6 * mebibyte],
  ["its models", /\.plan$/, 4.46 * mebibyte],
  ["its kernels", /kernels.*\.wasm$/, 42 * 1024],
  ["its codecs", /(jpeg|png|_dec)\.wasm$/, 1.4 * mebibyte],
])("the bundle keeps to its size: %s", (_, pattern, limit) => {
  const files = bundled().filter((file) => pattern.test(file));
  expect(files).not.toEqual([]);
  expect(files.reduce((sum, file) => sum + readFileSync(join(folder, file)).length, 0)).toBeLessThan(limit);
});

test("the bundle holds nothing of onnxruntime", () => {
  expect(bundled().filter((file) => /onnx|ort-/.test(file))).toEqual([]);
  for (const file of bundled().filter((name) => name.endsWith(".js")))
    expect(readFileSync(join(folder, file), "utf8")).not.toContain("ort-wasm");
});

test("gzipped, the bundle stays under 4.6 MiB", () => {
  const gzipped = bundled().map((file) => gzipSync(readFileSync(join(folder, file))).length);
  expect(gzipped.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(4.6 * mebibyte);
});
