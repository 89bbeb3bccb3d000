/**
 * Returns the faster of the two builds of the kernels that this machine runs; they agree in every bit. Where
 * WebAssembly comes compiled, as in workerd, whoever bundles it has chosen.
 */
export function chooseBuild<T extends BufferSource>(relaxed: T, plain: T): T {
  return WebAssembly.validate(relaxed) ? relaxed : plain;
}
