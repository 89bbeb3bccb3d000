/** Bench-only entry: the service itself, and GET /bench/memory for the sizes of its WebAssembly memories. */

// First: it takes note of the memories that what follows makes.
import "./memory-sizes.ts";
import service from "../../../src/index.ts";
import { memorySizes } from "./memory-sizes.ts";

export * from "../../../src/index.ts";

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/bench/memory") return Response.json(memorySizes());
    return service.fetch(request, env, context);
  },
} satisfies ExportedHandler<Parameters<typeof service.fetch>[1]>;
