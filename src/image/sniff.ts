/**
 * Recognises a file by its first bytes: content decides, never the declared type. Reads at most `sniffedBytes` and
 * judges nothing beyond the format's name.
 */

export type PhotoFormat = "jpeg" | "png" | "webp" | "avif";

/** Format that sameface decodes, or the name of another with its article: "a GIF image". */
export type Sniffed = { readonly format: PhotoFormat } | { readonly found: string };

const sniffedBytes = 64;

/** Signatures at offset 0, Latin-1; longer ones before shorter ones. */
const signatures: readonly (readonly [string, Sniffed])[] = [
  ["\xff\xd8", { format: "jpeg" }],
  ["\x89PNG\r\n\x1a\n", { format: "png" }],
  ["GIF87a", { found: "a GIF image" }],
  ["GIF89a", { found: "a GIF image" }],
  ["II*\0", { found: "a TIFF or raw camera image" }],
  ["MM\0*", { found: "a TIFF or raw camera image" }],
  ["II+\0", { found: "a TIFF image" }],
  ["MM\0+", { found: "a TIFF image" }],
  ["\xff\x0a", { found: "a JPEG XL image" }],
  ["\0\0\0\x0cJXL \r\n\x87\n", { found: "a JPEG XL image" }],
  ["\0\0\0\x0cjP  \r\n\x87\n", { found: "a JPEG 2000 image" }],
  ["\xff\x4f\xff\x51", { found: "a JPEG 2000 image" }],
  ["\x1f\x8b", { found: "gzip data whose Content-Encoding is missing" }],
  ["8BPS", { found: "a Photoshop document" }],
  ["\0\0\x01\0", { found: "an icon file" }],
  ["%PDF-", { found: "a PDF document" }],
  ["PK\x03\x04", { found: "a ZIP archive" }],
  ["\x1a\x45\xdf\xa3", { found: "a Matroska or WebM video" }],
];

/**
 * Brands of ISO base media files (ISO/IEC 14496-12, 4.3): ISO/IEC 23008-12 names the HEIF ones, the AV1
 * Image File Format `avif` and `avis`.
 */
const heifBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"]);

/** Name of the photos that iPhones store. */
export const heicPhoto = "a HEIC or HEIF photo";

export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return { found: "an empty file" };
  const head = latin1(bytes.subarray(0, sniffedBytes));
  // Boxes are read before signatures: the length of a box of 256 bytes looks like an icon.
  if (head.startsWith("ftyp", 4)) return sniffBrands(head);
  for (const [signature, sniffed] of signatures) {
    if (head.startsWith(signature)) return sniffed;
  }
  if (head.startsWith("RIFF")) return sniffRiff(head);
  if (head.startsWith("BM") && head.startsWith("\0\0\0\0", 6)) return { found: "a BMP image" };
  if (/^(\xef\xbb\xbf)?\s*</.test(head)) return { found: "an SVG, XML or HTML document" };
  if (/^[\t\n\r -~\x80-\xff]*$/.test(head) && /^[\t\n\r -~]{1,8}/.test(head)) return { found: "text" };
  return { found: "no image format known here" };
}

/** Recognises RIFF files (RFC 9649, 2.4). */
function sniffRiff(head: string): Sniffed {
  return head.startsWith("WEBP", 8) ? { format: "webp" } : { found: "a RIFF file (audio or video)" };
}

function sniffBrands(head: string): Sniffed {
  const boxEnd = Math.min(head.length, head.charCodeAt(2) * 256 + head.charCodeAt(3));
  const brands = new Set<string>([head.slice(8, 12)]);
  for (let at = 16; at + 4 <= boxEnd; at += 4) brands.add(head.slice(at, at + 4));
  if (head.startsWith("avis", 8)) return { found: "an animated AVIF" };
  if (brands.has("avif")) return { format: "avif" };
  for (const brand of brands) if (heifBrands.has(brand)) return { found: heicPhoto };
  return { found: "an MP4 or QuickTime video" };
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
