/**
 * The scan of a gallery on the kernels: an instance of `wasm/kernels` with a memory of its own.
 *
 * Codes are copied into that memory in pieces of some 300 KB, which stay in the processor's second cache until they
 * are read. So the memory has one size for every gallery, and lives as long as the scanner.
 */

import { instantiate } from "./instance.ts";

export interface Scanner {
  /** Scans as `ScanBlock` of `face/scan.ts` describes. Throws a `RangeError` for arrays that are too short. */
  scan(probe: Int16Array, codes: Int8Array, stride: number, count: number, dots: Int32Array): void;
  /** Size of the linear memory, bytes. */
  memoryBytes(): number;
}

const lanes = 16;

/** Pages besides the one that the kernels begin with. */
const pages = 4;

export function createScanner(module: WebAssembly.Module): Scanner {
  const { memory, base, helpers } = instantiate(module);
  memory.grow(pages);
  const room = memory.buffer.byteLength - base;
  // The memory never grows again, so that views of it remain valid.
  const shorts = new Int16Array(memory.buffer);
  const bytes = new Int8Array(memory.buffer);
  const words = new Int32Array(memory.buffer);

  return {
    scan(probe, codes, stride, count, dots) {
      /**
       * Number of templates in a piece: codes and one sum each, beside the probe. A multiple of four, as the kernel
       * takes four at once.
       */
      const capacity = 4 * Math.floor((room - 2 * stride) / (stride + 4) / 4);
      if (!(stride > 0 && stride % lanes === 0 && capacity > 0)) {
        throw new RangeError(`templates of ${stride} bytes cannot be scanned`);
      }
      if (probe.length !== stride || !(codes.length >= count * stride && dots.length >= count)) {
        throw new RangeError(`no probe, codes and dots for ${count} templates of ${stride} bytes`);
      }
      const codesAt = base + 2 * stride;
      const dotsAt = codesAt + capacity * stride;
      shorts.set(probe, base / 2);
      for (let start = 0; start < count; start += capacity) {
        const end = Math.min(count, start + capacity);
        bytes.set(codes.subarray(start * stride, end * stride), codesAt);
        helpers.scan(base, codesAt, dotsAt, stride, end - start);
        dots.set(words.subarray(dotsAt / 4, dotsAt / 4 + end - start), start);
      }
    },
    memoryBytes: () => memory.buffer.byteLength,
  };
}
