/** A Worker in workerd, reached on its own socket: no proxy, and no entry worker in between. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { childrenOf } from "../measure/process.ts";
import type { Bundle } from "../setup/bundle.ts";
import { benchOptions, galleryOptions, serviceOptions } from "./settings.ts";

const optionsFor = { service: serviceOptions, bench: benchOptions, gallery: galleryOptions };

export interface RunningWorker {
  readonly url: URL;
  /** Of workerd. */
  readonly pid: number;
  /** From starting the process until it listens. */
  readonly startMs: number;
  /** Of the isolate, for `openInspector`. */
  inspectorUrl(): Promise<string>;
  stop(): Promise<void>;
}

/** `limitsRates: false` leaves out the bindings that count requests a minute: a load has all one key. */
export async function startWorkerd(bundle: Bundle, { limitsRates = true } = {}): Promise<RunningWorker> {
  const before = new Set(childrenOf(process.pid));
  const options = {
    rootPath: bundle.folder,
    modulesRoot: bundle.folder,
    modules: [...bundle.modules],
    ...optionsFor[bundle.kind](),
    ...(limitsRates ? {} : { ratelimits: {} }),
    unsafeDirectSockets: [{ port: 0 }],
    inspectorPort: 0,
    log: new Log(LogLevel.ERROR),
    // The service logs every request; nobody reads that here.
    handleStructuredLogs: () => undefined,
  };
  const startedAt = performance.now();
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  await miniflare.ready;
  const startMs = performance.now() - startedAt;
  const pid = childrenOf(process.pid).find((child) => !before.has(child));
  if (pid === undefined) throw new Error("miniflare started no workerd");
  const inspector = await miniflare.getInspectorURL();
  return {
    url: await miniflare.unsafeGetDirectURL(),
    pid,
    startMs,
    async inspectorUrl() {
      const response = await fetch(`http://${inspector.host}/json`);
      const targets = (await response.json()) as { id: string; webSocketDebuggerUrl: string }[];
      const isolate = targets.find(({ id }) => id.startsWith("core:user:"));
      if (isolate === undefined) throw new Error("workerd's inspector does not list the Worker");
      return isolate.webSocketDebuggerUrl;
    },
    stop: () => miniflare.dispose(),
  };
}
