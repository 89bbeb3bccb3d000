/**
 * How a plan's file stores its constants: segments, in the order that they have in memory.
 *
 * A segment is of units: half floats, which are widened at load, or bytes as they are. One of which many
 * units are zero is sparse: a bitmap, then the units whose bits are set. The bitmap is 32-bit words,
 * little-endian, a bit a unit, the first unit in the lowest bit; bits beyond the last unit are zero.
 */

export interface Segment {
  readonly type: "half" | "raw";
  /** In memory, a multiple of 4. */
  readonly bytes: number;
  /** Of a sparse segment: how many units follow its bitmap. */
  readonly present?: number;
}

/** In the file. */
export const unitBytes: Readonly<Record<Segment["type"], number>> = { half: 2, raw: 1 };

export const unitsOf = ({ type, bytes }: Segment) => (type === "half" ? bytes / 4 : bytes);

export const bitmapBytes = (units: number) => 4 * Math.ceil(units / 32);

/** That a segment takes in the file. */
export function storedBytes(segment: Segment): number {
  const units = unitsOf(segment);
  const unit = unitBytes[segment.type];
  return segment.present === undefined ? units * unit : bitmapBytes(units) + segment.present * unit;
}
