/** A Worker in workerd, reached on its own socket: no proxy, and no entry worker in between. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { childrenOf } from "../instruments/process.ts";
import type { Bundle } from "../setup/bundle.ts";
import { benchOptions, galleryOptions, serviceOptions } from "./settings.ts";

/** Flags that miniflare reads as it starts workerd. */
const collectionFlags = "--expose-gc --trace-gc --trace-gc-verbose";

const optionsFor = { service: serviceOptions, bench: benchOptions, gallery: galleryOptions };

export interface RunningWorker {
  readonly url: URL;
  /** Process id of workerd. */
  readonly pid: number;
  /** Time from starting the process until it listens. */
  readonly startMs: number;
  /** Address of the isolate's inspector, for `openInspector`. */
  inspectorUrl(): Promise<string>;
  stop(): Promise<void>;
}

export interface Manner {
  /** True to limit requests a minute; a load has one key for all. */
  readonly limitsRates?: boolean;
  /** Receives the service's log and V8's lines. */
  readonly onLine?: (line: string) => void;
  /**
   * True to make V8 report every collection, and GET /bench/collect of workers/measured.ts collect. The isolate then
   * has no inspector: with one, workerd keeps the error of each body that breaks off, and with it the request.
   */
  readonly tracesCollections?: boolean;
  /** Folder of the objects' storage and KV, which a later Worker may start from; without it they end with the Worker. */
  readonly storage?: string;
}

export async function startWorkerd(
  bundle: Bundle,
  { limitsRates = true, onLine, tracesCollections = false, storage }: Manner = {},
): Promise<RunningWorker> {
  const before = new Set(childrenOf(process.pid));
  const options = {
    rootPath: bundle.folder,
    modulesRoot: bundle.folder,
    modules: [...bundle.modules],
    ...optionsFor[bundle.kind](),
    ...(limitsRates ? {} : { ratelimits: {} }),
    unsafeDirectSockets: [{ port: 0 }],
    ...(storage && { resourcePersistencePath: storage }),
    ...(tracesCollections ? {} : { inspectorPort: 0 }),
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ message }: { message: string }) => onLine?.(message),
  };
  if (tracesCollections) process.env.MINIFLARE_WORKERD_V8_FLAGS = collectionFlags;
  const startedAt = performance.now();
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  await miniflare.ready;
  delete process.env.MINIFLARE_WORKERD_V8_FLAGS;
  const startMs = performance.now() - startedAt;
  const pid = childrenOf(process.pid).find((child) => !before.has(child));
  if (pid === undefined) throw new Error("miniflare started no workerd");
  return {
    url: await miniflare.unsafeGetDirectURL(),
    pid,
    startMs,
    async inspectorUrl() {
      const inspector = await miniflare.getInspectorURL();
      const response = await fetch(`http://${inspector.host}/json`);
      const targets = (await response.json()) as { id: string; webSocketDebuggerUrl: string }[];
      const isolate = targets.find(({ id }) => id.startsWith("core:user:"));
      if (isolate === undefined) throw new Error("workerd's inspector does not list the Worker");
      return isolate.webSocketDebuggerUrl;
    },
    stop: () => miniflare.dispose(),
  };
}
