/**
 * The service as `npm run dev` starts it, on a free port, with storage of its own; started once for all test files.
 */
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { unstable_startWorker } from "wrangler";

declare module "vitest" {
  interface ProvidedContext {
    service: { url: string; rootKey: string };
  }
}

const rootKey = "the-root-key-of-the-tests-that-go-end-to-end";

/** Origin of the page that the browser's tests open; nothing listens there. */
export const pageOrigin = "http://app.example.test";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
    bindings: {
      SAMEFACE_ENV: { type: "plain_text", value: "development" },
      SAMEFACE_API_KEY: { type: "plain_text", value: rootKey },
      SAMEFACE_KEK: { type: "plain_text", value: Buffer.alloc(32, 7).toString("base64") },
      SAMEFACE_CORS_ORIGINS: { type: "plain_text", value: pageOrigin },
    },
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      watch: false,
      persist: false,
      logLevel: "error",
    },
  });
  const url = (await worker.url).origin;
  project.provide("service", { url, rootKey });
  return () => worker.dispose();
}
