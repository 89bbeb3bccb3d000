/** Files of public/ with their types and ETags, read from a directory of the disk and kept in memory. */
import { sha256, toHex } from "../crypto/digest.ts";

const typeOf: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  plan: "application/octet-stream",
  wasm: "application/wasm",
};

/** Path of a file in public/. Directories, which the disk would list, and hidden files are none. */
const filePath = /^(?:\/[a-z0-9][a-z0-9-]*)+\.(css|html|js|json|plan|wasm)$/;

interface Kept {
  readonly bytes: ArrayBuffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads the file at a path, as workerd's disk service answers it. */
export type ReadFile = (path: string) => Promise<Response>;

/** Makes the handler of requests for files. The files do not change while a process runs. */
export function createFiles(readFile: ReadFile): (request: Request) => Promise<Response> {
  const known = new Map<string, Kept>();

  async function find(path: string): Promise<Kept | undefined> {
    const type = typeOf[filePath.exec(path)?.[1] ?? ""];
    if (type === undefined) return undefined;
    const answer = await readFile(path);
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return undefined;
    }
    const bytes = await answer.arrayBuffer();
    const tag = toHex((await sha256(new Uint8Array(bytes))).subarray(0, 16));
    const kept = { bytes, headers: { "Content-Type": type, ETag: `"${tag}"` } };
    known.set(path, kept);
    return kept;
  }

  return async (request) => {
    const path = new URL(request.url).pathname;
    const file = known.get(path) ?? (await find(path));
    if (file === undefined) return new Response(null, { status: 404 });
    const asked = request.headers.get("If-None-Match");
    if (asked?.split(/\s*,\s*/).some((tag) => tag.replace(/^W\//, "") === file.headers.ETag))
      return new Response(null, { status: 304, headers: file.headers });
    return new Response(file.bytes, { headers: file.headers });
  };
}
