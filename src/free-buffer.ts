/**
 * Frees a buffer's memory at once; without this it stays until a garbage collection, which the size of the heap
 * triggers, where a buffer of 10 MB is one small object. The buffer is empty afterwards (ECMA-262,
 * ArrayBuffer.prototype.transfer). Runtimes without `transfer` wait for the collection.
 */
export function freeBuffer(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer?.(0);
}
