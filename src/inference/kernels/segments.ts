/**
 * Segments: the form in which a plan's file stores its constants, in their order in memory.
 *
 * A segment consists of units: half floats, which are widened at load, or single bytes. A segment that is mostly
 * zeros is sparse: a bitmap of its non-zero units, followed by those units. The bitmap is 32-bit words,
 * little-endian, one bit a unit, the first unit in the lowest bit; bits beyond the last unit are zero.
 */

export interface Segment {
  readonly type: "half" | "raw";
  /** Bytes in memory, a multiple of 4. */
  readonly bytes: number;
  /** Number of units that follow the bitmap of a sparse segment. */
  readonly present?: number;
}

/** Bytes of a unit in the file. */
export const unitBytes: Readonly<Record<Segment["type"], number>> = { half: 2, raw: 1 };

export const unitsOf = ({ type, bytes }: Segment) => (type === "half" ? bytes / 4 : bytes);

export const bitmapBytes = (units: number) => 4 * Math.ceil(units / 32);

/** Bytes that a segment takes in the file. */
export function storedBytes(segment: Segment): number {
  const units = unitsOf(segment);
  const unit = unitBytes[segment.type];
  return segment.present === undefined ? units * unit : bitmapBytes(units) + segment.present * unit;
}
