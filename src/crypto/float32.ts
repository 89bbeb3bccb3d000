/** Numbers as float32, little endian (IEEE 754 binary32), four bytes each, on machines of either byte order. */

export function encodeFloat32(
  values: Iterable<number> & { readonly length: number },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const value of values) {
    view.setFloat32(offset, value, true);
    offset += 4;
  }
  return bytes;
}

/** Throws a `RangeError` when the length of `bytes` is not a multiple of four. */
export function decodeFloat32(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  if (bytes.length % 4 !== 0) throw new RangeError(`${bytes.length} bytes are no whole float32 numbers`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
