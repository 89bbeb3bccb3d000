/** Base64 (RFC 4648, sections 4 and 5) between bytes and text, with what Node and workerd both have. */

/** `String.fromCharCode` takes characters as arguments, whose number the stack limits. */
const bytesPerCall = 0x2000;

export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += bytesPerCall) {
    binary += String.fromCharCode(...bytes.subarray(start, start + bytesPerCall));
  }
  return btoa(binary);
}

/**
 * Decodes base64; undefined when `text` is not base64. White space is skipped and the padding may be missing, as in
 * browsers: Android's default encoder breaks its lines.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Encodes with the alphabet of URLs and file names, without padding (RFC 4648, section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decodes the alphabet of URLs; undefined when `text` does not use it. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  return decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}
