/**
 * Decodes base64 (RFC 4648, sections 4 and 5) over itself: three bytes are written where four characters were read,
 * so that a photo is held once.
 *
 * Texts are accepted as `atob` accepts them: white space may stand anywhere, padding is complete or absent, and the
 * unused bits of the last character are ignored. `-` and `_` mean `+` and `/`; one text may have all four.
 */
import { escapeLength, readEscape } from "./json-string.ts";

const skipped = -2;
const padding = -3;
const escaped = -4;

const plainSextets = sextetTable(" \t\n\f\r");
/** Alphabet inside JSON, where line breaks and tabs are escaped. */
const jsonSextets = sextetTable(" ");
jsonSextets["\\".charCodeAt(0)] = escaped;

/**
 * Decodes `characters`, whose bytes are overwritten, and answers a view of their start; undefined when they are not
 * base64. The content of a `json string` may have JSON's escapes, and no control characters.
 */
export function decodeBase64InPlace(
  characters: Uint8Array<ArrayBuffer>,
  form: "plain" | "json string" = "plain",
): Uint8Array<ArrayBuffer> | undefined {
  const sextets = form === "plain" ? plainSextets : jsonSextets;
  const end = characters.length;
  let from = 0;
  let to = 0;
  for (;;) {
    const read = decodeQuads(characters, from, to, sextets);
    to += ((read - from) / 4) * 3;
    from = read;
    let bits = 0;
    let count = 0;
    let pads = 0;
    while (from < end && count < 4) {
      const at = from++;
      let sextet = sextets[characters[at]];
      if (sextet === escaped) {
        sextet = plainSextets[readEscape(characters, at)] ?? -1;
        from = at + escapeLength(characters, at);
      }
      if (sextet >= 0) {
        if (pads > 0) return undefined;
        bits = (bits << 6) | sextet;
        count++;
      } else if (sextet === padding) {
        if (++pads > 2) return undefined;
      } else if (sextet !== skipped) return undefined;
    }
    if (count < 4) {
      if (pads === 0 ? count === 1 : count + pads !== 4) return undefined;
      if (count > 1) characters[to++] = bits >> (count === 2 ? 4 : 10);
      if (count > 2) characters[to++] = bits >> 2;
      return characters.subarray(0, to);
    }
    writeTriple(characters, to, bits);
    to += 3;
  }
}

/** Decodes from `from` while four characters in a row are of the alphabet; returns where that ends. */
function decodeQuads(characters: Uint8Array, from: number, to: number, sextets: Int8Array): number {
  const end = characters.length - 3;
  let at = from;
  for (let out = to; at < end; at += 4, out += 3) {
    const bits =
      (sextets[characters[at]] << 18) |
      (sextets[characters[at + 1]] << 12) |
      (sextets[characters[at + 2]] << 6) |
      sextets[characters[at + 3]];
    if (bits < 0) break;
    writeTriple(characters, out, bits);
  }
  return at;
}

function writeTriple(bytes: Uint8Array, at: number, bits: number): void {
  bytes[at] = bits >> 16;
  bytes[at + 1] = bits >> 8;
  bytes[at + 2] = bits;
}

/** Makes a table of the value of each byte as a character; negative for a byte that is no character of base64. */
function sextetTable(whiteSpace: string): Int8Array {
  const table = new Int8Array(256).fill(-1);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (const alphabet of [`${letters}+/`, `${letters}-_`]) {
    for (let value = 0; value < 64; value++) table[alphabet.charCodeAt(value)] = value;
  }
  for (const character of whiteSpace) table[character.charCodeAt(0)] = skipped;
  table["=".charCodeAt(0)] = padding;
  return table;
}
