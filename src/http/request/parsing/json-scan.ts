/**
 * Finds the strings of a JSON body and counts the marks of structure outside of them, in one pass.
 *
 * Everything that it takes for a string is one, because `JSON.parse` reads the same bytes afterwards, with `""` for
 * each string that was taken out.
 */
import { endOfString } from "./json-string.ts";
import { type Refusal, refuseBody, refuseField } from "./refusal.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Most bytes of JSON beside the fields that are taken out; the largest request without such fields has 16 KiB. */
export const maxJsonBytes = 64 * 1024;
export const maxJsonNesting = 32;
/** Most fields and elements of lists; notes of a face are at most a kilobyte. */
export const maxJsonValues = 1024;

export const notJson = refuseBody("The body is not well-formed JSON.");
/** Decodes UTF-8 and drops a byte order mark; throws on other bytes. */
export const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

const [quote, comma, backslash] = [0x22, 0x2c, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

export class JsonScan {
  /** Contents of the strings that were taken out, by name: views of the body, with their escapes. */
  readonly taken = new Map<string, Bytes>();
  readonly #body: Bytes;
  readonly #fields: readonly string[];
  readonly #lists: readonly string[];
  /** Pieces of the body without the strings that were taken out. */
  readonly #kept: Bytes[] = [];
  #keptFrom = 0;
  #takenBytes = 0;
  /** Names in each open object; undefined for a list. */
  readonly #open: (Set<string> | undefined)[] = [];
  #values = 0;
  #nameIsNext = false;
  /** Name whose value comes next; undefined when no name waits for a value. */
  #name: string | undefined;
  /** The last name in the top object. */
  #member: string | undefined;
  /** Number of strings taken out of the list that is open as a member of the top object; undefined for no such list. */
  #listed: number | undefined;

  /**
   * `fields` are the members of the top object to take out where they are strings, `lists` those whose strings are taken
   * out where they are lists, each under the member's name and its own number: `frames.0`.
   */
  constructor(body: Bytes, fields: readonly string[], lists: readonly string[] = []) {
    this.#body = body;
    this.#fields = fields;
    this.#lists = lists;
  }

  /** Goes through the body once; a refusal ends it. */
  run(): Refusal | undefined {
    const body = this.#body;
    for (let at = 0; at < body.length; ) {
      if (at - this.#takenBytes >= maxJsonBytes) return this.#tooLong();
      const end = body[at] === quote ? this.#string(at) : (this.#mark(body[at]) ?? at + 1);
      if (typeof end !== "number") return end;
      at = end;
    }
    return undefined;
  }

  /** Body without the strings that `run` took out. */
  rest(): Bytes {
    const kept = [...this.#kept, this.#body.subarray(this.#keptFrom)];
    const rest = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of kept) {
      rest.set(piece, at);
      at += piece.length;
    }
    return rest;
  }

  #mark(byte: number): Refusal | undefined {
    switch (byte) {
      case openBrace:
      case openBracket:
        if (this.#open.length === maxJsonNesting) {
          return refuseBody(`The JSON is nested too deeply: at most ${maxJsonNesting} levels are accepted.`);
        }
        this.#listed =
          byte === openBracket && this.#open.length === 1 && this.#lists.includes(this.#name ?? "")
            ? 0
            : undefined;
        this.#open.push(byte === openBrace ? new Set() : undefined);
        return this.#nextValue();
      case closeBrace:
      case closeBracket:
        this.#open.pop();
        this.#listed = undefined;
        this.#nameIsNext = false;
        return undefined;
      case comma:
        return this.#nextValue();
      default:
        return undefined;
    }
  }

  #nextValue(): Refusal | undefined {
    this.#nameIsNext = this.#open.at(-1) !== undefined;
    this.#name = undefined;
    if (++this.#values <= maxJsonValues) return undefined;
    return refuseBody(`The JSON has more than ${maxJsonValues} fields and list elements.`);
  }

  /** Returns the index behind the string whose quote is at `at`. */
  #string(at: number): number | Refusal {
    if (this.#nameIsNext) return this.#readName(at);
    if (this.#listed !== undefined && this.#open.length === 2) {
      return this.#take(at, `${this.#member}.${this.#listed++}`);
    }
    const name = this.#open.length === 1 ? this.#name : undefined;
    return name !== undefined && this.#fields.includes(name) ? this.#take(at, name) : this.#skip(at);
  }

  #skip(at: number): number | Refusal {
    const limit = Math.min(this.#body.length, this.#takenBytes + maxJsonBytes);
    const end = endOfString(this.#body, at + 1, limit);
    if (end !== undefined) return end;
    return limit < this.#body.length ? this.#tooLong() : notJson;
  }

  #readName(at: number): number | Refusal {
    const end = this.#skip(at);
    if (typeof end !== "number") return end;
    const name = parseName(this.#body.subarray(at, end));
    if (name === undefined) return notJson;
    const names = this.#open[this.#open.length - 1];
    if (names?.has(name)) return refuseField(name, "is given more than once");
    names?.add(name);
    this.#name = name;
    this.#nameIsNext = false;
    if (this.#open.length === 1) this.#member = name;
    return end;
  }

  #take(at: number, name: string): number | Refusal {
    const start = at + 1;
    const end = this.#endOfLongString(start);
    if (end === undefined) return notJson;
    const quoteAt = end - 1;
    this.taken.set(name, this.#body.subarray(start, quoteAt));
    this.#name = undefined;
    this.#kept.push(this.#body.subarray(this.#keptFrom, start));
    this.#keptFrom = quoteAt;
    this.#takenBytes += quoteAt - start;
    return end;
  }

  /** Finds the end of a long string with the engine's own search for a quote: base64 has no escaped one. */
  #endOfLongString(start: number): number | undefined {
    const quoteAt = this.#body.indexOf(quote, start);
    if (quoteAt < 0) return undefined;
    return this.#body[quoteAt - 1] === backslash
      ? endOfString(this.#body, start, this.#body.length)
      : quoteAt + 1;
  }

  #tooLong(): Refusal {
    const taken = [...this.#fields, ...this.#lists].map((name) => `"${name}"`).join(" and ");
    const limit = `at most ${maxJsonBytes} bytes${taken && ` beside ${taken}`} are accepted`;
    return this.#member === undefined
      ? refuseBody(`The JSON is too long: ${limit}.`)
      : refuseField(this.#member, `is too long: ${limit}`);
  }
}

/** Reads a name; undefined when `text` is not a string of JSON. */
function parseName(text: Uint8Array): string | undefined {
  try {
    return JSON.parse(utf8.decode(text)) as string;
  } catch {
    return undefined;
  }
}
