/**
 * Returns the faster of the two builds of the kernels that this machine runs; both give the same bits. In workerd,
 * where WebAssembly comes compiled, the bundle has chosen already.
 */
export function chooseBuild<T extends BufferSource>(relaxed: T, plain: T): T {
  return WebAssembly.validate(relaxed) ? relaxed : plain;
}
