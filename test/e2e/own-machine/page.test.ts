/** The commands of docs/self-hosting.md, as somebody types them: start, examine, watch, copy, stop. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { blocksOf, read } from "../../fixtures/documentation.ts";
import { freePort } from "../../fixtures/free-port.ts";
import { compileCache, main, node } from "../command-line.ts";

it("docs/self-hosting.md has commands that run", async () => {
  const blocks = blocksOf(read("docs/self-hosting.md")).filter(({ notRun }) =>
    notRun?.includes("page.test.ts"),
  );
  expect(blocks.length).toBe(4);
  const [port, metricsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "sameface-page-"));
  const code = blocks
    .map(({ code }) => code)
    .join("\n")
    .replace(
      /^npx sameface serve (.*)$/m,
      `npx sameface serve --port ${port} $1 &\nuntil curl -s ${url}/healthz; do sleep 0.2; done`,
    )
    .replaceAll("127.0.0.1:8787", `127.0.0.1:${port}`)
    .replaceAll("9464", String(metricsPort));
  const script = `set -euo pipefail
    npx() { exec '${node}' '${main}' "\${@:2}"; }
    ${code.replaceAll(/^npx sameface (doctor|keys)/gm, "( npx sameface $1").replaceAll(/^(\( npx .*)$/gm, "$1 )")}
    kill %1
    wait %1
    echo "ended with $?"`;
  try {
    const said = await new Promise<string>((resolve, reject) => {
      const env = { ...process.env, ...compileCache, SAMEFACE_URL: url };
      execFile("bash", ["-c", script], { cwd: folder, env }, (error, out, err) =>
        error === null ? resolve(out) : reject(new Error(`${out}\n${err}`)),
      );
    });
    expect(said).toMatch(/^directory +ok/m);
    expect(said).toContain("sf_acme.");
    expect(said).toContain("sameface_requests_total{");
    expect(said).toContain("ended with 0");
    expect(readdirSync(join(folder, "backup"))).toContain("sameface-DirectoryObject");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
