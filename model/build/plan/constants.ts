/** A plan's constants: runs of floats, half floats where the source has them, and bytes, one after another. */
import type { Segment } from "../../../src/inference/kernels/plan.ts";
import { narrowToHalf, widenHalf } from "../half.ts";

export interface Constants {
  /** Float32 in memory; stored as half floats if that loses nothing and `half` says so. */
  floats(values: Float32Array, half?: boolean): { readonly constant: number };
  bytes(values: Int8Array | Int32Array): { readonly constant: number };
  finish(): {
    readonly stored: Uint8Array;
    readonly segments: readonly Segment[];
    readonly bytes: number;
  };
}

/** Constants begin at multiples of 16 bytes. */
const alignment = 16;

export function createConstants(): Constants {
  const parts: { type: Segment["type"]; bytes: number; stored: Uint8Array }[] = [];
  let end = 0;

  function add(type: Segment["type"], bytes: number, data: ArrayBufferView): { constant: number } {
    const constant = end;
    const room = Math.ceil(bytes / alignment) * alignment;
    const stored = new Uint8Array(type === "half" ? room / 2 : room);
    stored.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    parts.push({ type, bytes: room, stored });
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
      for (const { type, bytes } of parts) {
        const last = segments.at(-1);
        if (last?.type === type) segments[segments.length - 1] = { type, bytes: last.bytes + bytes };
        else segments.push({ type, bytes });
      }
      return { stored: Buffer.concat(parts.map(({ stored }) => stored)), segments, bytes: end };
    },
  };
}
