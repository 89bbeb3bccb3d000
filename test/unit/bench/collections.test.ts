import { describe, expect, it } from "vitest";
import { createCollectionReader } from "../../bench/instruments/collections.ts";

const ours = "[7:0x1a]";
const forced = `${ours}     9137 ms: Mark-Compact 0.5 (8.0) -> 0.5 (8.0) MB, pooled: 4.0 MB, 1.5 / 0.0 ms (average mu = 0.9, current mu = 0.9) testing; GC in old space requested`;
const scavenge = (isolate: string) =>
  `${isolate}       78 ms: Scavenge 2.3 (3.6) -> 2.1 (4.6) MB, pooled: 0.0 MB, 5.4 / 0.0 ms (average mu = 1.0, current mu = 1.0) allocation failure; `;
const sizes = (isolate: string, spaces: number, buffers: number) => [
  `${isolate} Memory allocator,           used:   9999 KB, available:  1523712 KB`,
  `${isolate} Read-only space,            used:   2041 KB, available:        0 KB, committed:      0 KB`,
  `${isolate} Code space,                 used:    400 KB, available:      331 KB, committed:   2048 KB`,
  `${isolate} Large object space,         used:    372 KB, available:        0 KB, committed:    376 KB`,
  `${isolate} Code large object space,    used:     30 KB, available:        0 KB, committed:      0 KB`,
  `${isolate} Trusted space,              used:    200 KB, available:      229 KB, committed:   1280 KB`,
  `${isolate} Trusted large object space, used:      1 KB, available:        0 KB, committed:      0 KB`,
  `${isolate} All spaces,                 used:   ${spaces} KB, available:* 1532034 KB, committed:   8192 KB`,
  `${isolate} Backing store memory:                          ${buffers} KB`,
];

function read(lines: readonly string[]) {
  const reader = createCollectionReader();
  for (const line of lines) reader.push(line);
  return reader.found;
}

describe("V8's lines about collections", () => {
  it("give the heap without its read-only space, the compiled code in it, and the buffers, of a forced collection", () => {
    expect(read([forced, ...sizes(ours, 5041, 247)])).toEqual([
      { heapBytes: 3000 * 1024, codeBytes: 631 * 1024, bufferBytes: 247 * 1024 },
    ]);
  });

  it("give nothing for a collection that nobody asked for", () => {
    expect(read([scavenge(ours), ...sizes(ours, 5041, 247)])).toEqual([]);
    expect(read([forced, scavenge(ours), ...sizes(ours, 5041, 247)])).toEqual([]);
  });

  it("give nothing of other isolates that write in between, nor of the service's own log", () => {
    const [allocator, readOnly, ...rest] = sizes(ours, 5041, 247);
    const other = "[7:0x2b]";
    const mixed = [
      forced,
      allocator,
      scavenge(other),
      ...sizes(other, 9999, 9999),
      readOnly,
      '{"a":1}',
      ...rest,
    ];
    expect(read(mixed)).toEqual([{ heapBytes: 3000 * 1024, codeBytes: 631 * 1024, bufferBytes: 247 * 1024 }]);
  });

  it("give nothing before the figures are complete", () => {
    expect(read([forced, ...sizes(ours, 5041, 247).slice(0, -1)])).toEqual([]);
  });
});
