/**
 * Stands in for the platform's bindings where the Worker runs on plain workerd: a limit that limits, and the files of
 * public/. The Worker itself is the one that is deployed.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { createFiles } from "./files.ts";
import { createRateWindow, type RateWindow } from "./rate-limit.ts";

interface LimitProps {
  readonly name: string;
  /** Requests of one key in a period. */
  readonly limit: number;
  readonly periodSeconds: number;
}

const windows = new Map<string, RateWindow>();

/** Limit under the interface of Cloudflare's `RateLimit` binding. One process has one isolate of it, so it counts all. */
export class RateLimit extends WorkerEntrypoint<unknown, LimitProps> {
  limit({ key }: { key: string }): { success: boolean } {
    const { name, limit, periodSeconds } = this.ctx.props;
    const window = windows.get(name) ?? createRateWindow(limit, periodSeconds);
    windows.set(name, window);
    return { success: window.count(key, Date.now()) };
  }
}

interface PlatformEnv {
  readonly PUBLIC: Fetcher;
}

let files: ((request: Request) => Promise<Response>) | undefined;

/** Files of public/ under the interface of Cloudflare's binding of static assets. */
export class Files extends WorkerEntrypoint<PlatformEnv> {
  override fetch(request: Request): Promise<Response> {
    const disk = this.env.PUBLIC;
    // The binding belongs to no request, so it may be kept.
    files ??= createFiles((path) => disk.fetch(`http://disk${path}`));
    return files(request);
  }
}

/** The entrypoint of `entry.ts`, as the platform's binding has it. */
interface ScheduleBinding {
  run(cron: string, scheduledTime: number): Promise<void>;
}

/**
 * Answers on the socket in the folder of the data, which only its user reaches: a second process learns that the folder is
 * in use, and `POST /scheduled?cron=&time=` runs the Worker's schedule. Answers 204 when it is done, 500 when it failed.
 */
export default {
  async fetch(request, { SCHEDULE }) {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/scheduled") return new Response("in use\n");
    await SCHEDULE.run(searchParams.get("cron") ?? "", Number(searchParams.get("time")));
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler<{ readonly SCHEDULE: ScheduleBinding }>;
