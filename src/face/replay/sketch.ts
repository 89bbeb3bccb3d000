/**
 * Sketch of one capture as bytes, from which the service later tells that another file shows the same capture.
 * Version 1, little-endian, 385 bytes:
 *
 *   0    1  version, 1
 *   1   16  frame: re, im, x, y of `Frame`, float32
 *   17   8  width and height of the photo, px, uint32
 *   25 360  cells, row by row, 5 bits each, low bits first: 0 to 31 for -2.5 to 2.5
 *
 * A sketch shows a face at 24 x 24 cells: it is as private as the photo.
 */
import type { Capture, Frame } from "./capture.ts";
import { across, atRest, createCellReader } from "./cells.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const version = 1;
const frameAt = 1;
const sizeAt = 17;
const cellsAt = 25;
const bits = 5;
const highest = 2 ** bits - 1;
/** Value of the highest level. */
const range = 2.5;
const count = across * across;

export const sketchBytes = cellsAt + (bits * count) / 8;

/** Sketch that was read. */
export interface Sketch {
  readonly frame: Frame;
  readonly cells: Float32Array;
}

export function writeSketch(capture: Capture): Bytes {
  const bytes = new Uint8Array(sketchBytes);
  const view = new DataView(bytes.buffer);
  const { re, im, x, y, width, height } = capture.frame;
  bytes[0] = version;
  for (const [i, value] of [re, im, x, y].entries()) view.setFloat32(frameAt + 4 * i, value, true);
  view.setUint32(sizeAt, width, true);
  view.setUint32(sizeAt + 4, height, true);
  const cells = createCellReader()(capture, atRest, false);
  for (let i = 0; i < count; i++) {
    const level = Math.round(((cells[i] / range + 1) / 2) * highest);
    const clipped = Math.min(highest, Math.max(0, level));
    const at = cellsAt + ((bits * i) >> 3);
    const shift = (bits * i) & 7;
    bytes[at] |= clipped << shift;
    // The last cell ends with the last byte.
    if (shift > 8 - bits) bytes[at + 1] |= clipped >> (8 - shift);
  }
  return bytes;
}

/** Reads a sketch; undefined for bytes of another version or length, or a frame that no photo has. */
export function readSketch(bytes: Uint8Array): Sketch | undefined {
  if (bytes.length !== sketchBytes || bytes[0] !== version) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [re, im, x, y] = [0, 1, 2, 3].map((i) => view.getFloat32(frameAt + 4 * i, true));
  const [width, height] = [view.getUint32(sizeAt, true), view.getUint32(sizeAt + 4, true)];
  if (![re, im, x, y].every(Number.isFinite) || re * re + im * im === 0) return undefined;
  const cells = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = cellsAt + ((bits * i) >> 3);
    const word = bytes[at] | ((bytes[at + 1] ?? 0) << 8);
    cells[i] = range * ((2 * ((word >> ((bits * i) & 7)) & highest)) / highest - 1);
  }
  return { frame: { re, im, x, y, width, height }, cells };
}
