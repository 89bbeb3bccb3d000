import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { readMedia } from "./test/fixtures/data.ts";
import { largePhoto } from "./test/fixtures/photos/large-photos.ts";
import { LongestFirst, workers } from "./test/sequencer.ts";

declare module "vitest" {
  interface ProvidedContext {
    photos: Record<string, string>;
  }
}

/** The tests in workerd have no files of their own. */
const photos = Object.fromEntries(
  ["franck_01829.jpg", "franck_04000.jpg", "cage.jpg"].map((name) => [
    name,
    Buffer.from(readMedia(name)).toString("base64"),
  ]),
);

/**
 * `npm run test:exhaustive` runs the files whose sweeps have a whole, and the accuracy on data sets. The mode `whole` runs
 * these and all others.
 */
function filesOf(folder: string, mode: string): string[] {
  const all = `test/${folder}/**/*.test.ts`;
  if (mode !== "exhaustive") return [all];
  return globSync(all).filter((file) => readFileSync(file, "utf8").includes("/fixtures/exhaustive.ts"));
}

/** Makes a project of tests in workerd, with the Worker of `wrangler.toml` or of one of its environments. */
function workerProject(name: string, include: string[], environment?: string) {
  return {
    extends: true as const,
    plugins: [
      cloudflareTest({
        wrangler: { configPath: "./wrangler.toml", ...(environment && { environment }) },
        miniflare: {
          // Made in Node, and only once a test asks.
          serviceBindings: {
            PHOTOS: async (request: { url: string }) =>
              new Response((await largePhoto(new URL(request.url).pathname.slice(1))) as never),
          },
          bindings: {
            SAMEFACE_ENV: "development",
            SAMEFACE_API_KEY: "test-key",
            // As `testKek` in test/worker/setup/service.ts.
            SAMEFACE_KEK: btoa("the key-encryption key of tests."),
            SAMEFACE_CORS_ORIGINS: "https://app.example.com,https://other.example.com",
          },
        },
      }),
    ],
    test: {
      name,
      include,
      // One workerd loads the modules once for all files.
      isolate: false,
      setupFiles: ["./test/worker/setup/shared-isolate.ts"],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      provide: { photos },
    },
  };
}

/** Of the tests in workerd those that ask it for nothing but storage, in Node; for `npm run mutate`, which has no time. */
function workerInNodeProject() {
  const standIn = fileURLToPath(new URL("test/mutate/workers-in-node.ts", import.meta.url));
  const reads = (file: string, pattern: RegExp) => pattern.test(readFileSync(file, "utf8"));
  return {
    extends: true as const,
    resolve: { alias: { "cloudflare:workers": standIn, "cloudflare:test": standIn } },
    plugins: [
      {
        name: "compiled-webassembly",
        enforce: "pre" as const,
        load: (id: string) =>
          id.endsWith(".wasm")
            ? `import { readFileSync } from "node:fs";
               export default new WebAssembly.Module(readFileSync(${JSON.stringify(id)}));`
            : undefined,
      },
    ],
    test: {
      name: "worker-in-node",
      include: globSync("test/worker/**/*.test.ts").filter(
        (file) => reads(file, /from "\.\.\/setup\/service\.ts"/) && !reads(file, /exhaustive\.ts|exports/),
      ),
      testTimeout: 60_000,
    },
  };
}

export default defineConfig(({ mode }) => {
  const isExhaustive = mode === "exhaustive" || mode === "whole";
  const onnxruntimeFiles = ["main-job", "phone-photos"].map((name) => `test/worker/http/${name}.test.ts`);
  return {
    test: {
      provide: { isExhaustive, climbingTries: Number(process.env.SAMEFACE_TRIES ?? 0) },
      maxWorkers: workers,
      sequence: { sequencer: LongestFirst },
      projects: [
        {
          extends: true,
          test: {
            name: "unit",
            isolate: false,
            include: filesOf("unit", mode),
            testTimeout: 60_000,
            hookTimeout: 60_000,
          },
        },
        ...(mode === "mutate" ? [workerInNodeProject()] : []),
        workerProject("worker", filesOf("worker", mode)),
        // What goes through the models, on the other engine too.
        workerProject("worker-onnxruntime", mode === "exhaustive" ? [] : onnxruntimeFiles, "onnxruntime"),
        {
          extends: true,
          test: {
            name: "e2e",
            include: filesOf("e2e", mode),
            globalSetup: "./test/e2e/service.ts",
            testTimeout: 60_000,
            hookTimeout: 120_000,
          },
        },
        {
          extends: true,
          test: {
            name: "browser",
            include: filesOf("browser", mode),
            testTimeout: 120_000,
            hookTimeout: 60_000,
          },
        },
        {
          extends: true,
          test: {
            name: "accuracy",
            // The pairs of photos are few; the views of thousands of photos take minutes.
            include: isExhaustive ? ["test/accuracy/**/*.test.ts"] : ["test/accuracy/photo-pairs.test.ts"],
            testTimeout: 900_000,
            hookTimeout: 900_000,
          },
        },
      ],
    },
  };
});
