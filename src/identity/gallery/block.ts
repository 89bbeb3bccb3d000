/**
 * Templates of many people, all of one model, in one piece of memory, as it is sealed and kept. For n templates of
 * `stride` bytes (a multiple of 16), one array after the other, little-endian as every platform here:
 *
 *   codes           int8 x n x stride   see `face/scan.ts`
 *   scales          float32 x n         template = scale * codes
 *   squaredLengths  float32 x n         of scale * codes
 *   errors          float32 x n         of scale * codes, rounded up
 *   ids             uint32 x n          the gallery's own number of the template
 *   owners          uint32 x n          CRC-32 of the subject's id
 *   photos          uint32 x n          number of photos in the template
 */

import type { Bytes } from "../../crypto/sealing.ts";
import type { QuantizedTemplate } from "../../face/quantize.ts";

/** Bytes of an entry beside its codes. */
const bytesPerEntry = 24;

export interface Block {
  readonly count: number;
  readonly stride: number;
  readonly bytes: Bytes;
  readonly codes: Int8Array;
  readonly scales: Float32Array;
  readonly squaredLengths: Float32Array;
  readonly errors: Float32Array;
  readonly ids: Uint32Array;
  readonly owners: Uint32Array;
  readonly photos: Uint32Array;
}

export interface BlockEntry {
  readonly id: number;
  readonly owner: number;
  readonly photos: number;
  readonly template: QuantizedTemplate;
}

/** Number of templates that fit a block of `maxBytes`. */
export function capacityOf(stride: number, maxBytes: number): number {
  return Math.floor(maxBytes / (stride + bytesPerEntry));
}

/** Reads a block; undefined for bytes that are not whole templates of this stride. */
export function readBlock(bytes: Bytes, stride: number): Block | undefined {
  const count = bytes.length / (stride + bytesPerEntry);
  // The arrays are views, which need memory that begins at a whole word.
  const aligned = bytes.byteOffset % 16 === 0 ? bytes : bytes.slice();
  return Number.isInteger(count) ? view(aligned, stride, count) : undefined;
}

export function emptyBlock(stride: number): Block {
  return view(new Uint8Array(0), stride, 0);
}

/** Makes a copy of `block` without the entries of these numbers, and with others after them. */
export function changeBlock(
  block: Block,
  without: ReadonlySet<number>,
  added: readonly BlockEntry[] = [],
): Block {
  const { stride } = block;
  const kept: number[] = [];
  for (let i = 0; i < block.count; i++) if (!without.has(block.ids[i])) kept.push(i);
  const count = kept.length + added.length;
  const changed = view(new Uint8Array(count * (stride + bytesPerEntry)), stride, count);
  for (const [to, from] of kept.entries()) copyEntry(block, from, changed, to);
  for (const [i, { id, owner, photos, template }] of added.entries()) {
    const to = kept.length + i;
    changed.codes.set(template.codes, to * stride);
    changed.scales[to] = template.scale;
    changed.squaredLengths[to] = template.squaredLength;
    changed.errors[to] = template.error * (1 + 2 ** -22);
    changed.ids[to] = id;
    changed.owners[to] = owner;
    changed.photos[to] = photos;
  }
  return changed;
}

/** Joins two blocks, one after the other. */
export function joinBlocks(a: Block, b: Block): Block {
  const count = a.count + b.count;
  const joined = view(new Uint8Array(count * (a.stride + bytesPerEntry)), a.stride, count);
  for (const name of ["codes", "scales", "squaredLengths", "errors", "ids", "owners", "photos"] as const) {
    joined[name].set(a[name], 0);
    joined[name].set(b[name], a[name].length);
  }
  return joined;
}

function copyEntry(from: Block, i: number, to: Block, k: number): void {
  to.codes.set(from.codes.subarray(i * from.stride, (i + 1) * from.stride), k * to.stride);
  to.scales[k] = from.scales[i];
  to.squaredLengths[k] = from.squaredLengths[i];
  to.errors[k] = from.errors[i];
  to.ids[k] = from.ids[i];
  to.owners[k] = from.owners[i];
  to.photos[k] = from.photos[i];
}

function view(bytes: Bytes, stride: number, count: number): Block {
  const { buffer, byteOffset } = bytes;
  const words = (place: number) => byteOffset + count * (stride + 4 * place);
  return {
    count,
    stride,
    bytes,
    codes: new Int8Array(buffer, byteOffset, count * stride),
    scales: new Float32Array(buffer, words(0), count),
    squaredLengths: new Float32Array(buffer, words(1), count),
    errors: new Float32Array(buffer, words(2), count),
    ids: new Uint32Array(buffer, words(3), count),
    owners: new Uint32Array(buffer, words(4), count),
    photos: new Uint32Array(buffer, words(5), count),
  };
}
