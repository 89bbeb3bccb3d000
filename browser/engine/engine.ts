/** The engine for a page: the service's pipeline in a worker. No photo leaves the page by it. */
import type { Encoding, Sight } from "../sight.ts";
import type { Answer, Loaded, Pixels, Request, Results, Work } from "./messages.ts";

export interface EngineOptions {
  /** Folder of the engine's files, with `worker.js` in it; default: the folder of this module. */
  readonly assets?: string | URL;
}

/** Failure of the engine: `code` is `not_ready`, or the service's for a photo that cannot be used. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Calls are done one after another. Each rejects with `EngineError`. */
export interface Engine {
  /**
   * Fetches what looks and measures need, 1.6 MB, or with `encoder` everything, 4 MB. Without it the first call does so.
   */
  load(options?: { readonly encoder?: boolean }): Promise<Loaded>;
  /** Looks at a camera's frame. */
  look(pixels: Pixels): Promise<Sight>;
  /** Measures a JPEG as the service would. */
  measure(file: Blob): Promise<Sight>;
  /** Measures and encodes a JPEG as the service would, to the bit. */
  encode(file: Blob): Promise<Encoding>;
  /** Ends the worker. Calls that are under way reject. */
  close(): void;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: EngineError) => void;
}

/**
 * Opens the engine. Nothing is fetched but the worker's script until the first call. Throws `EngineError` where the browser
 * refuses the worker: its script is of another origin, or the page's policy lacks the name `sameface`.
 */
export function openEngine({ assets = new URL("./", import.meta.url) }: EngineOptions = {}): Engine {
  const folder = new URL(assets, document.baseURI).href.replace(/\/?$/, "/");
  const worker = openWorker(`${folder}worker.js`);
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let broken: EngineError | undefined;

  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const waits = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.ok) waits?.resolve(data.value as never);
    else waits?.reject(new EngineError(data.failure.code, data.failure.message));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end(
      new EngineError("not_ready", `the engine's worker cannot run: ${event.message ?? "it was not found"}`),
    );
  };

  function end(error: EngineError): void {
    broken = error;
    worker.terminate();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  function ask<Kind extends Work["kind"]>(
    work: Extract<Work, { kind: Kind }>,
    moved: Transferable[] = [],
  ): Promise<Results[Kind]> {
    return new Promise((resolve, reject) => {
      if (broken !== undefined) return reject(broken);
      const id = count++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, assets: folder, work } satisfies Request, moved);
    });
  }

  const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

  return {
    load: ({ encoder = false } = {}) => ask({ kind: "load", encoder }),
    look: (pixels) => ask({ kind: "look", pixels }, [pixels.data.buffer]),
    async measure(photo) {
      const file = await bytesOf(photo);
      return ask({ kind: "measure", file }, [file.buffer]);
    },
    async encode(photo) {
      const file = await bytesOf(photo);
      return ask({ kind: "encode", file }, [file.buffer]);
    },
    close: () => end(new EngineError("not_ready", "the engine was closed")),
  };
}

function openWorker(script: string): Worker {
  try {
    return new Worker(trusted(script), { type: "module", name: "sameface" });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError("not_ready", `the browser refuses the engine's worker: ${message}`);
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** Vouches for the worker's address where the page's policy demands it (W3C Trusted Types). */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy("sameface", { createScriptURL: (address) => address });
  return policy?.createScriptURL(url) ?? url;
}
