/** JSON strings (RFC 8259, section 7) that hold base64, read as bytes. */

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

/** What stands behind a backslash, and the character that the two of them are; 0 for no escape. */
const escapes = new Uint8Array(256);
for (const [letter, character] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  escapes[letter.charCodeAt(0)] = character.charCodeAt(0);
}

/** The value of a hexadecimal digit; negative for any other byte. */
const hexDigits = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  hexDigits[value.toString(16).charCodeAt(0)] = value;
  hexDigits[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/** A byte that no text of base64 holds, in place of the characters beyond ASCII. */
const beyondAscii = 0xff;

export interface JsonString {
  readonly content: Uint8Array<ArrayBuffer>;
  /** Whether the string had escapes, so that `content` may have line breaks. */
  readonly escaped: boolean;
  /** Index behind the closing quote. */
  readonly end: number;
}

/**
 * The string whose content starts at `start`, its escapes replaced in place. Undefined when the body
 * ends first, or when an escape or a control character beside one is wrong. Control characters in a
 * string without escapes are left to its reader to refuse.
 */
export function readStringInPlace(body: Uint8Array<ArrayBuffer>, start: number): JsonString | undefined {
  const close = body.indexOf(quote, start);
  if (close < 0) return undefined;
  const content = body.subarray(start, close);
  return content.includes(backslash) ? readEscaped(body, start) : { content, escaped: false, end: close + 1 };
}

function readEscaped(body: Uint8Array<ArrayBuffer>, start: number): JsonString | undefined {
  let to = start;
  for (let from = start; from < body.length; ) {
    const byte = body[from++];
    if (byte === quote) return { content: body.subarray(start, to), escaped: true, end: from };
    if (byte < 0x20) return undefined;
    if (byte !== backslash) {
      body[to++] = byte;
      continue;
    }
    const isCode = body[from] === letterU;
    const length = isCode ? 5 : 1;
    if (from + length > body.length) return undefined;
    const character = isCode ? hexCode(body, from + 1) : escapes[body[from]];
    if (character < 0 || (character === 0 && !isCode)) return undefined;
    body[to++] = character < 0x80 ? character : beyondAscii;
    from += length;
  }
  return undefined;
}

/** The number that the four hexadecimal digits from `at` are; negative when they are none. */
function hexCode(body: Uint8Array, at: number): number {
  return (
    (hexDigits[body[at]] << 12) |
    (hexDigits[body[at + 1]] << 8) |
    (hexDigits[body[at + 2]] << 4) |
    hexDigits[body[at + 3]]
  );
}

/** Index behind the closing quote of the string whose content starts at `start`; undefined past `limit`. */
export function endOfString(body: Uint8Array, start: number, limit: number): number | undefined {
  for (let at = start; at < limit; at++) {
    if (body[at] === backslash) at++;
    else if (body[at] === quote) return at + 1;
  }
  return undefined;
}
