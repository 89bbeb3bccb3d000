import { afterAll, expect, it, vi } from "vitest";

/** Exports the memory that it imports: (import "m" "m" (memory 1)) (export "m" (memory 0)). */
const sharing = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[2, 8, 1, 1, 0x6d, 1, 0x6d, 2, 0, 1],
  ...[7, 5, 1, 1, 0x6d, 2, 0],
);

const { Memory, Instance } = WebAssembly;
// Other tests run in the same realm.
afterAll(() => {
  Object.assign(WebAssembly, { Memory, Instance });
  vi.unstubAllGlobals();
});

it("keeps one note of a memory that many instances share", async () => {
  let notes = 0;
  class CountedWeakRef extends WeakRef<WebAssembly.Memory> {
    constructor(memory: WebAssembly.Memory) {
      super(memory);
      notes++;
    }
  }
  vi.stubGlobal("WeakRef", CountedWeakRef);
  const { memorySizes } = await import("../../bench/workers/memory-sizes.ts");
  const m = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(sharing);
  const share = () => new WebAssembly.Instance(module, { m: { m } });
  share();
  const noted = notes;
  for (let i = 0; i < 10; i++) share();
  expect(noted).toBeGreaterThan(0);
  expect(notes).toBe(noted);
  expect(memorySizes().filter(({ bytes }) => bytes === 65_536)).toHaveLength(1);
});
