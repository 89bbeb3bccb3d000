/** The worker's entry. The build puts the description of the engine's files in the place of `ENGINE`. */
import { type Port, serve } from "./serve.ts";
import type { EngineDescription } from "./stages.ts";

declare const ENGINE: EngineDescription;

serve(globalThis as unknown as Port, ENGINE, {
  fetch: (url, init) => fetch(url, init),
  caches: "caches" in globalThis ? caches : undefined,
});
