/**
 * Serves the pages for people and the API's document: files of public/, which the platform keeps beside the Worker,
 * so that they cost its isolates nothing. They load nothing from any other host.
 */
import { refuse } from "../answer.ts";
import type { Handler } from "../app-env.ts";

/** Headers of the file that are passed on. Nobody keeps a file without asking whether it is current. */
const keptHeaders = ["Content-Type", "ETag"];

/** Cloudflare's binding of static assets, as far as it is used. */
export interface Files {
  fetch(request: Request): Promise<Response>;
}

interface PagesDeps {
  /** Files of public/; undefined where they are not bound: there are no pages then. */
  readonly files: Files | undefined;
}

/** @param path of the file in public/; by default the request's own path */
export function showFile({ files }: PagesDeps, path?: string): Handler {
  return async (c) => {
    const request = new Request(new URL(path ?? c.req.path, c.req.url));
    const known = c.req.header("If-None-Match");
    if (known !== undefined) request.headers.set("If-None-Match", known);
    const file = await files?.fetch(request);
    if (file === undefined || (file.status !== 200 && file.status !== 304)) {
      await file?.body?.cancel();
      return refuse(c, { code: "not_found", what: "route" });
    }
    c.header("Cache-Control", "no-cache");
    for (const name of keptHeaders) c.header(name, file.headers.get(name) ?? undefined);
    return file.body === null ? c.body(null, 304) : c.body(file.body);
  };
}
