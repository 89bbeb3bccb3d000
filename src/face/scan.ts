/**
 * The inner loop of a search: inner products of one probe with a block of templates.
 *
 *   probe   int16 x stride          stride is a multiple of 16; beyond the dimension there are zeros
 *   codes   int8 x count x stride   row-major: template i begins at byte i * stride
 *   dots    int32 x count           written: the sum over j of probe[j] * codes[i * stride + j]
 *
 * The sums are exact: `quantizeProbe` keeps them within 32 bits. `codes` may be a view into a larger
 * buffer, and `dots` longer than count: the rest of it stays as it is.
 */
export type ScanBlock = (
  probe: Int16Array,
  codes: Int8Array,
  stride: number,
  count: number,
  dots: Int32Array,
) => void;
