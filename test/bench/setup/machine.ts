/** The machine that figures are taken on. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { repository } from "./paths.ts";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

const packages = [
  "workerd",
  "wrangler",
  "miniflare",
  "onnxruntime-web",
  "@cwasm/jpeg-turbo",
  "jpeg-js",
  "onnxruntime-node",
];

export function describeMachine(rivals: Readonly<Record<string, string>>): Machine {
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) => {
    const folder = require.resolve.paths(name)?.find((path) => exists(join(path, name, "package.json")));
    return folder === undefined
      ? "?"
      : JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
  };
  return {
    processor: cpus()[0]?.model ?? "?",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
      ...rivals,
      sameface: JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).version,
    },
  };
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the number of processes that want a core, averaged over the last minute: well above the number of cores,
 * figures are stretched.
 */
export function load(): number {
  return loadavg()[0];
}
