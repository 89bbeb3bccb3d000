import { expect, it } from "vitest";
import { createFiles } from "../../../src/own-machine/files.ts";

const stored: Readonly<Record<string, string>> = { "/docs/a.js": "1", "/secret": "2", "/.dev.js": "3" };

function open() {
  const asked: string[] = [];
  const handle = createFiles(async (path) => {
    asked.push(path);
    return path in stored ? new Response(stored[path]) : new Response("none", { status: 404 });
  });
  const get = (path: string, tag?: string) =>
    handle(new Request(`http://x${path}`, tag === undefined ? {} : { headers: { "If-None-Match": tag } }));
  return { asked, get };
}

it("a file has its type and an ETag, and is read from the disk once", async () => {
  const { asked, get } = open();
  const first = await get("/docs/a.js");
  expect([first.status, first.headers.get("Content-Type"), await first.text()]).toEqual([
    200,
    "text/javascript; charset=utf-8",
    "1",
  ]);
  const tag = first.headers.get("ETag")!;
  expect((await get("/docs/a.js", tag)).status).toBe(304);
  expect((await get("/docs/a.js", `W/${tag}, "other"`)).status).toBe(304);
  expect((await get("/docs/a.js", '"other"')).status).toBe(200);
  expect(asked).toEqual(["/docs/a.js"]);
});

it.each(["/", "/docs", "/secret", "/.dev.js", "/docs/%2e%2e/a.js%00", "/docs//a.js", "/none.js"])(
  "%s is no file",
  async (path) => {
    expect((await open().get(path)).status).toBe(404);
  },
);
