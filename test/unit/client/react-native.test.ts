/** The client on a platform that lacks what React Native lacks. This is emulated: nothing here runs on a phone. */
import { afterEach, expect, it, vi } from "vitest";
import { Sameface } from "../../../client/index.ts";
import { startScriptedServer } from "../../fixtures/scripted-server.ts";

/** Keeps parts as they are, as React Native's does; the native side reads files by their uri. */
class NativeFormData {
  readonly parts: [string, unknown][] = [];
  append(name: string, value: unknown): void {
    this.parts.push([name, value]);
  }
}

/** Removes globals that React Native lacks, except those that Node's own fetch needs. */
function impoverish(...others: string[]): void {
  for (const name of ["crypto", "URLSearchParams", "AbortSignal", ...others]) vi.stubGlobal(name, undefined);
  vi.stubGlobal("FormData", NativeFormData);
}
afterEach(() => vi.unstubAllGlobals());

const file = { uri: "file:///photo.jpg", type: "image/jpeg", name: "photo.jpg" };

it("names a file in a form, for the bridge to read", async () => {
  impoverish("URL", "ReadableStream", "DOMException", "TextEncoder", "Blob");
  let sent: unknown;
  const client = new Sameface({
    url: "http://service",
    async fetch(_, { body, headers }) {
      sent = (body as unknown as NativeFormData).parts;
      expect(headers).not.toHaveProperty("Content-Type");
      return {
        status: 200,
        headers: { get: () => null },
        text: async () => '{"match":false}',
      } as unknown as Response;
    },
  });
  await client.verify("anna", file, { max_fmr: 1e-5 });
  expect(sent).toEqual([
    ["image", file],
    ["max_fmr", "0.00001"],
  ]);
  await client.compare(file, { uri: "file:///b" });
  expect(sent).toEqual([
    ["image_a", file],
    ["image_b", { uri: "file:///b", type: "image/jpeg", name: "photo" }],
  ]);
});

it("sends bytes, tries again, names its enrolments, and is aborted without a reason", async () => {
  impoverish();
  const again = { status: 503, headers: { "Retry-After": "0" }, body: { error: { code: "not_ready" } } };
  const server = await startScriptedServer([again, { body: { face_id: "f" } }, { instead: "say nothing" }]);
  const client = new Sameface({ url: server.url, key: "k" });
  expect(await client.enrol("anna", new Uint8Array([1]))).toEqual({ face_id: "f" });
  const keys = server.came.map(({ headers }) => headers["idempotency-key"]);
  expect(keys[0]).toMatch(/^[a-z0-9]{20,}$/);
  expect(keys[1]).toBe(keys[0]);
  const listeners: (() => void)[] = [];
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: () => void) => listeners.push(listener),
    removeEventListener: () => undefined,
  };
  const call = client.verify("anna", new Uint8Array([1]), { signal: signal as unknown as AbortSignal });
  setTimeout(() => {
    signal.aborted = true;
    for (const listener of listeners) listener();
  }, 20);
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  await server.stop();
});
