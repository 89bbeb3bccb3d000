/** Reads strings of JSON (RFC 8259, section 7) as bytes. */

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

/** Characters of escapes, by the letter behind the backslash; 0 for no escape. */
const escapes = new Uint8Array(256);
for (const [letter, character] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  escapes[letter.charCodeAt(0)] = character.charCodeAt(0);
}

/** Values of hexadecimal digits; negative for any other byte. */
const hexDigits = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  hexDigits[value.toString(16).charCodeAt(0)] = value;
  hexDigits[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** Index behind the closing quote of the string whose content starts at `start`; undefined past `limit`. */
export function endOfString(body: Uint8Array, start: number, limit: number): number | undefined {
  for (let at = start; at < limit; at++) {
    if (body[at] === backslash) at++;
    else if (body[at] === quote) return at + 1;
  }
  return undefined;
}

/** Length in bytes of the escape whose backslash is at `at`, if it is one. */
export function escapeLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 1] === letterU ? 6 : 2;
}

/** The UTF-16 code unit of the escape whose backslash is at `at`; negative when it is none. */
export function readEscape(bytes: Uint8Array, at: number): number {
  if (at + escapeLength(bytes, at) > bytes.length) return -1;
  if (bytes[at + 1] !== letterU) return escapes[bytes[at + 1]] || -1;
  return (
    (hexDigits[bytes[at + 2]] << 12) |
    (hexDigits[bytes[at + 3]] << 8) |
    (hexDigits[bytes[at + 4]] << 4) |
    hexDigits[bytes[at + 5]]
  );
}
