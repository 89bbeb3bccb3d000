/**
 * The Worker in workerd on its own socket, so that the bytes of the table reach it unchanged. The proxy of `wrangler
 * dev` reads each request and sends one of its own: it answers a body that breaks off with its own 500, gives a
 * request without a body an empty one, and drops `Connection` and `Upgrade`.
 */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { serviceOptions } from "../../bench/service/settings.ts";
import { bundle, serviceEntry } from "../../bench/setup/bundle.ts";
import { key, pageOrigin } from "./bytes.ts";

export async function startWorkerd(): Promise<{ port: number; stop(): Promise<void> }> {
  const { folder, modules } = bundle(serviceEntry, "request-forms", "service");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      rootPath: folder,
      modulesRoot: folder,
      modules: [...modules],
      ...serviceOptions(),
      bindings: {
        SAMEFACE_ENV: "production",
        SAMEFACE_API_KEY: key,
        SAMEFACE_KEK: Buffer.alloc(32, 7).toString("base64"),
        SAMEFACE_CORS_ORIGINS: pageOrigin,
      },
      unsafeDirectSockets: [{ port: 0 }],
      log: new Log(LogLevel.ERROR),
      // The service logs every request; here the log is dropped.
      handleStructuredLogs: () => undefined,
    }),
  );
  await miniflare.ready;
  const { port } = await miniflare.unsafeGetDirectURL();
  return { port: Number(port), stop: () => miniflare.dispose() };
}
