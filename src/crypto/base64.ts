/** Base64 (RFC 4648, sections 4 and 5) between bytes and text, with what Node and workerd both have. */

/** `String.fromCharCode` takes its characters as arguments, and the stack has room for so many. */
const bytesPerCall = 0x2000;

export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += bytesPerCall) {
    binary += String.fromCharCode(...bytes.subarray(start, start + bytesPerCall));
  }
  return btoa(binary);
}

/**
 * Undefined when `text` is not base64. White space is skipped and the padding may be missing, as
 * browsers have it: Android's default encoder breaks its lines.
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

/** The alphabet of URLs and file names, without padding (RFC 4648, section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Undefined when `text` is not base64 of that alphabet. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  return decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}
