/** Collects a plan's constants: floats, half floats where the source has them, and bytes, one after another. */
import { bitmapBytes, type Segment, unitBytes } from "../../src/inference/kernels/segments.ts";
import { narrowToHalf, widenHalf } from "../convert/half.ts";

export interface Constants {
  /** Adds float32 values; they are stored as half floats if `half` allows it and nothing is lost. */
  floats(values: Float32Array, half?: boolean): { readonly constant: number };
  bytes(values: Int8Array | Int16Array | Int32Array): { readonly constant: number };
  finish(): {
    readonly stored: Uint8Array;
    readonly segments: readonly Segment[];
    readonly bytes: number;
  };
}

/** Alignment of a constant, bytes. */
const alignment = 16;

/** Least saving, in bytes and as a share of a constant, for which a sparse form is worth its time at load. */
const leastSaved = { bytes: 1024, share: 1 / 4 };

export function createConstants(): Constants {
  const parts: { segment: Segment; stored: Uint8Array }[] = [];
  let end = 0;

  function add(type: Segment["type"], bytes: number, data: ArrayBufferView): { constant: number } {
    const constant = end;
    const room = Math.ceil(bytes / alignment) * alignment;
    const dense = new Uint8Array(type === "half" ? room / 2 : room);
    dense.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const { stored, present } = gather(dense, unitBytes[type]);
    const isWorthIt =
      dense.length - stored.length >= Math.max(leastSaved.bytes, leastSaved.share * dense.length);
    if (isWorthIt) parts.push({ segment: { type, bytes: room, present }, stored });
    else parts.push({ segment: { type, bytes: room }, stored: dense });
    end += room;
    return { constant };
  }

  return {
    floats(values, half = false) {
      if (!half) return add("raw", values.byteLength, values);
      const halves = Uint16Array.from(values, narrowToHalf);
      if (values.some((value, i) => widenHalf(halves[i]) !== value)) throw new Error("not half floats");
      return add("half", values.byteLength, halves);
    },
    bytes: (values) => add("raw", values.byteLength, values),
    finish() {
      const segments: Segment[] = [];
      for (const { segment } of parts) {
        const { type, bytes, present } = segment;
        const last = segments.at(-1);
        const goesOn = last?.type === type && last.present === undefined && present === undefined;
        if (goesOn) segments[segments.length - 1] = { type, bytes: last.bytes + bytes };
        else segments.push(segment);
      }
      return { stored: Buffer.concat(parts.map(({ stored }) => stored)), segments, bytes: end };
    },
  };
}

/**
 * Makes a segment's sparse form, as `segments.ts` describes it.
 *
 * @param dense all units, of `unit` bytes each
 */
export function gather(dense: Uint8Array, unit: number): { stored: Uint8Array; present: number } {
  const units = dense.length / unit;
  const stored = new Uint8Array(bitmapBytes(units) + dense.length);
  let end = bitmapBytes(units);
  let present = 0;
  for (let i = 0; i < units; i++) {
    const value = dense.subarray(i * unit, (i + 1) * unit);
    if (value.every((byte) => byte === 0)) continue;
    stored[i >> 3] |= 1 << (i & 7);
    stored.set(value, end);
    end += unit;
    present++;
  }
  return { stored: stored.subarray(0, end), present };
}
