/** The delimiters of multipart bodies (RFC 2046, section 5.1.1): CRLF, two dashes, the boundary. */
import { type BytePattern, bytePattern, indexOfPattern, startsWith } from "./byte-pattern.ts";

const [tab, lf, cr, space, dash] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

export interface Delimiter {
  readonly kind: "opens a part" | "closes the form" | "has a bare LF";
  /** Index of the CRLF before it, which belongs to the delimiter. */
  readonly start: number;
  /** Index behind its line, or behind the two dashes that close the form. */
  readonly end: number;
}

/**
 * Finds the delimiters of a body. One between bare LFs is found like any other, for the caller to refuse: taken for
 * content, it would make one part of two.
 */
export class Delimiters {
  readonly #body: Uint8Array;
  readonly #pattern: BytePattern;

  /** `boundary` has 1 to 70 characters of ASCII without control characters. */
  constructor(body: Uint8Array, boundary: string) {
    this.#body = body;
    this.#pattern = bytePattern(`\n--${boundary}`);
  }

  /** Finds the delimiter that the body starts with, or the first behind a preamble. */
  first(): Delimiter | undefined {
    const withoutLf = this.#pattern.bytes.subarray(1);
    const atStart = startsWith(this.#body, withoutLf, 0) ? this.#line(0, withoutLf.length) : undefined;
    return atStart ?? this.next(0);
  }

  /**
   * Finds the first delimiter whose LF is at `from` or behind it. Text that goes on where its line must end is none.
   */
  next(from: number): Delimiter | undefined {
    for (let search = from; ; ) {
      const at = indexOfPattern(this.#body, this.#pattern, search);
      if (at < 0) return undefined;
      search = at + this.#pattern.bytes.length;
      const delimiter = this.#line(at - 1, search);
      if (delimiter === undefined) continue;
      return this.#body[at - 1] === cr ? delimiter : { ...delimiter, kind: "has a bare LF" };
    }
  }

  #line(start: number, boundaryEnd: number): Delimiter | undefined {
    const body = this.#body;
    let at = boundaryEnd;
    if (body[at] === dash && body[at + 1] === dash) return { kind: "closes the form", start, end: at + 2 };
    while (body[at] === space || body[at] === tab) at++;
    if (body[at] === lf) return { kind: "has a bare LF", start, end: at + 1 };
    return body[at] === cr && body[at + 1] === lf ? { kind: "opens a part", start, end: at + 2 } : undefined;
  }
}
