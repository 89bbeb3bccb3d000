/** Bundles a Worker as a deployment would, and lists the modules that workerd then loads. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cache, node, repository, wrangler } from "./paths.ts";

export interface Bundle {
  readonly kind: Kind;
  readonly folder: string;
  readonly modules: readonly { readonly type: "ESModule" | "CompiledWasm" | "Data"; readonly path: string }[];
}

export const serviceEntry = join(repository, "src/index.ts");

/** Bindings and models of a Worker: the service has its own, one of the bench has none, or a gallery alone. */
export type Kind = "service" | "bench" | "gallery";

const configs = {
  service: "wrangler.toml",
  bench: "test/bench/wrangler.toml",
  gallery: "test/bench/wrangler.gallery.toml",
};

/** Bundles the service as it is in a checkout, with that checkout's configuration. */
export function bundleService(checkout: string, name: string): Bundle {
  return bundle(join(checkout, "src/index.ts"), name, "service", checkout);
}

export function bundle(entry: string, name: string, kind: Kind, checkout = repository): Bundle {
  const folder = join(cache, "bundles", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const config = join(checkout, configs[kind]);
  const { status, stderr } = spawnSync(
    node,
    [wrangler, "deploy", entry, "--config", config, "--dry-run", "--outdir", folder],
    {
      cwd: checkout,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
      timeout: 120_000,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`wrangler cannot bundle ${entry}:\n${stderr}`);
  const files = readdirSync(folder);
  const script = files.find((file) => file.endsWith(".js"));
  if (script === undefined) throw new Error(`wrangler wrote no script to ${folder}`);
  const at = (file: string) => join(folder, file);
  return {
    kind,
    folder,
    modules: [
      { type: "ESModule", path: at(script) },
      ...files
        .filter((file) => file.endsWith(".wasm"))
        .map((file) => ({ type: "CompiledWasm" as const, path: at(file) })),
      ...files
        .filter((file) => /\.(onnx|plan)$/.test(file))
        .map((file) => ({ type: "Data" as const, path: at(file) })),
    ],
  };
}

export interface ModuleSize {
  /** File name without the hash that wrangler puts in front. */
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

export function sizes({ folder, modules }: Bundle): ModuleSize[] {
  return modules.map(({ path }) => {
    const bytes = readFileSync(path);
    const file = path.slice(folder.length + 1).replace(/^[0-9a-f]{40}-/, "");
    return { file, bytes: bytes.length, gzipBytes: gzipSync(bytes).length };
  });
}
