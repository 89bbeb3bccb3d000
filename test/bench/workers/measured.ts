/**
 * Bench-only entry: the service itself, GET /bench/memory for the sizes of its WebAssembly memories, and GET
 * /bench/collect, which collects garbage where the engine was started with `--expose-gc`.
 */

// Imported first, so that it sees the memories that the next imports make.
import "./memory-sizes.ts";
import service from "../../../src/index.ts";
import { memorySizes } from "./memory-sizes.ts";

export * from "../../../src/index.ts";

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/memory") return Response.json(memorySizes());
    if (pathname === "/bench/collect") {
      (globalThis as { gc?: () => void }).gc!();
      return new Response(null, { status: 204 });
    }
    return service.fetch(request, env, context);
  },
} satisfies ExportedHandler<Parameters<typeof service.fetch>[1]>;
