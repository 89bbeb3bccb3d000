/**
 * The inner loop of a search: inner products of one probe with a block of templates. It is all that a
 * WebAssembly SIMD kernel has to replace (`ScanBlock`), and it is given memory laid out for one:
 *
 *   probe   int16 x stride          stride is a multiple of 16; beyond the dimension there are zeros
 *   codes   int8 x count x stride   row-major: template i begins at byte i * stride
 *   dots    int32 x count           written: the sum over j of probe[j] * codes[i * stride + j]
 *
 * The sums are exact: `quantizeProbe` keeps them within 32 bits. `codes` begins at a multiple of 16
 * bytes of its buffer, and may be a view into a larger one.
 */
export type ScanBlock = (
  probe: Int16Array,
  codes: Int8Array,
  stride: number,
  count: number,
  dots: Int32Array,
) => void;

/** Four templates at a time, so that each number of the probe is read once for all of them. */
export const scanBlock: ScanBlock = (probe, codes, stride, count, dots) => {
  let row = 0;
  for (; row + 4 <= count; row += 4) {
    const at0 = row * stride;
    const at1 = at0 + stride;
    const at2 = at1 + stride;
    const at3 = at2 + stride;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let j = 0; j < stride; j++) {
      const p = probe[j];
      a = (a + Math.imul(p, codes[at0 + j])) | 0;
      b = (b + Math.imul(p, codes[at1 + j])) | 0;
      c = (c + Math.imul(p, codes[at2 + j])) | 0;
      d = (d + Math.imul(p, codes[at3 + j])) | 0;
    }
    dots[row] = a;
    dots[row + 1] = b;
    dots[row + 2] = c;
    dots[row + 3] = d;
  }
  for (; row < count; row++) {
    let sum = 0;
    for (let j = 0, at = row * stride; j < stride; j++, at++)
      sum = (sum + Math.imul(probe[j], codes[at])) | 0;
    dots[row] = sum;
  }
};
