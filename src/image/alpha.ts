/**
 * Transparency: every photo is shown on white, as browsers show it. A raster is opaque; the colour that a file keeps
 * under a transparent pixel is never seen. PNG's pixels go through the same formula in `wasm/png/samples.c`.
 */

/** Nearest whole number to (value * alpha + 255 * (255 - alpha)) / 255; both are 0 to 255. */
export function onWhite(value: number, alpha: number): number {
  const product = (255 - value) * alpha + 128;
  return 255 - ((product + (product >> 8)) >> 8);
}
