/**
 * Gives the memory of a buffer back at once; otherwise it stays until a collection, and collections are
 * triggered by the heap, in which a buffer of 10 MB is one small object. The buffer is empty afterwards
 * (ECMA-262, ArrayBuffer.prototype.transfer). Runtimes without `transfer` wait for the collection.
 */
export function freeBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer?.(0);
}
