/**
 * Feeds mutated bodies of requests to their parsers. Each must end in a Result whose views lie in the body and do not
 * overlap, with nothing written around it. The result must be what Node reads: with `JSON.parse` and `atob`, and with
 * `formData()` when both read a form.
 */
import { isDeepStrictEqual } from "node:util";
import type { Failure } from "../../src/errors.ts";
import { parseJsonBody } from "../../src/http/request/parsing/json-body.ts";
import { parseMultipart } from "../../src/http/request/parsing/multipart.ts";
import { boundary, formPieces, forms, jsonPieces, objects } from "./body-seeds.ts";
import { type FuzzAnswer, type FuzzInput, type FuzzOptions, type FuzzReport, fuzzInputs } from "./loop.ts";
import type { Random } from "./mutate.ts";
import { mutateText, pick } from "./mutate-text.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const binaryFields = ["image", "embedding"];

export function fuzzBodies(options: FuzzOptions): Promise<FuzzReport> {
  return fuzzInputs(options, (random) => (random() < 0.5 ? formInput(random) : jsonInput(random)));
}

function formInput(random: Random): FuzzInput {
  const { text, how } = mutateText(forms, formPieces, random);
  const header = `multipart/form-data; boundary=${random() < 0.9 ? boundary : pick(["-", "b", '"--b0'], random)}`;
  return {
    how: `form, ${how}`,
    run() {
      const body = new GuardedBody(text);
      const parsed = parseMultipart(body.bytes, header);
      if (!parsed.ok) return refused("form", parsed.failure, body);
      const parts = parsed.value;
      const problem = async () =>
        body.problem(parts.map(({ bytes }) => bytes)) ?? (await differs(text, header, parts));
      return { answer: "form: read", problem };
    },
  };
}

function jsonInput(random: Random): FuzzInput {
  const { text, how } = mutateText(objects, jsonPieces, random);
  return {
    how: `JSON, ${how}`,
    run() {
      const body = new GuardedBody(text);
      const parsed = parseJsonBody(body.bytes, binaryFields);
      if (!parsed.ok) {
        const answer = refused("JSON", parsed.failure, body);
        const problem = () =>
          answer.problem?.() ?? (isRightlyRefused(text, parsed.failure) ? undefined : "refused");
        return { ...answer, problem };
      }
      const { value, binaries } = parsed.value;
      const same = () => isDeepStrictEqual({ value, binaries: textsOf(binaries) }, readWithNode(text));
      return {
        answer: "JSON: read",
        problem: () => body.problem([...binaries.values()]) ?? (same() ? undefined : "not as Node reads it"),
      };
    },
  };
}

/** A body in the middle of a larger buffer. */
export class GuardedBody {
  readonly #buffer: Bytes;
  readonly bytes: Bytes;

  constructor(text: string) {
    this.#buffer = new Uint8Array(text.length + 2 * guardBytes).fill(guardByte);
    this.bytes = this.#buffer.subarray(guardBytes, guardBytes + text.length);
    this.bytes.set(Buffer.from(text, "latin1"));
  }

  problem(views: readonly Uint8Array[] = []): string | undefined {
    const around = [this.#buffer.subarray(0, guardBytes), this.#buffer.subarray(-guardBytes)];
    if (!around.every((guard) => guard.every((byte) => byte === guardByte))) return "wrote around the body";
    let end = this.bytes.byteOffset;
    for (const view of views.toSorted((a, b) => a.byteOffset - b.byteOffset)) {
      if (view.buffer !== this.#buffer.buffer) return "copied";
      if (view.byteOffset < end) return "views that overlap, or begin before the body";
      end = view.byteOffset + view.length;
    }
    return end > this.bytes.byteOffset + this.bytes.length ? "a view that ends behind the body" : undefined;
  }
}

const guardBytes = 64;
/** The guard is a character of base64, which a decoder would read on. */
const guardByte = 0x41;

function refused(what: string, failure: Failure, body: GuardedBody) {
  const reason =
    failure.code === "invalid_request" ? failure.reason.replace(/^"[^"]*"/, "a field") : failure.code;
  return { answer: `${what}: ${reason}`, problem: () => body.problem() } satisfies FuzzAnswer;
}

interface Read {
  readonly value: unknown;
  /** Photos as Latin-1, by field; undefined for a value that is no photo. */
  readonly binaries: Readonly<Record<string, string | undefined>>;
}

function textsOf(binaries: ReadonlyMap<string, Uint8Array>): Read["binaries"] {
  return Object.fromEntries(
    [...binaries].map(([name, bytes]) => [name, Buffer.from(bytes).toString("latin1")]),
  );
}

/** Undefined for text that is not JSON. */
function readWithNode(text: string): Read | undefined {
  try {
    const value = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1")),
    ) as unknown;
    const binaries: Record<string, string | undefined> = {};
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const members = value as Record<string, unknown>;
      for (const name of binaryFields) {
        const sent = members[name];
        if (typeof sent !== "string") continue;
        binaries[name] = decodeWithNode(sent);
        members[name] = "";
      }
    }
    return { value, binaries };
  } catch {
    return undefined;
  }
}

function decodeWithNode(text: string): string | undefined {
  const [head] = /^data:[\x20-\x2b\x2d-\x7e]{0,256};base64,/i.exec(text) ?? [""];
  try {
    return atob(text.slice(head.length).replaceAll("-", "+").replaceAll("_", "/")) || undefined;
  } catch {
    return undefined;
  }
}

/** True when Node cannot read it either, or it is over a limit or ambiguous. */
function isRightlyRefused(text: string, failure: Failure): boolean {
  const reason = failure.code === "invalid_request" ? failure.reason : "";
  if (/given more than once|nested too deeply|more than 1024|too long/.test(reason)) return true;
  const read = readWithNode(text);
  if (read === undefined) return true;
  return (
    failure.field !== undefined &&
    failure.field in read.binaries &&
    read.binaries[failure.field] === undefined
  );
}

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Compares with `formData()` the forms that it reads by the same rules. Node reads escapes and transfer encodings
 * differently, and looks for the first boundary within a line too.
 */
async function differs(
  text: string,
  header: string,
  parts: readonly NamedBytes[],
): Promise<string | undefined> {
  if (!text.startsWith(`--${boundary}\r\n`) || /[\\*%\0]|transfer-encoding/i.test(text)) return undefined;
  let form: FormData;
  try {
    form = await new Response(Buffer.from(text, "latin1"), {
      headers: { "Content-Type": header },
    }).formData();
  } catch {
    return undefined;
  }
  const expected = [];
  for (const [name, value] of form) {
    // FormData loses a text's bytes that are not UTF-8.
    const bytes =
      typeof value === "string" ? value : Buffer.from(await value.arrayBuffer()).toString("latin1");
    expected.push({ name, bytes, isText: typeof value === "string" });
  }
  const same =
    expected.length === parts.length &&
    expected.every(
      ({ name, bytes, isText }, i) =>
        name === parts[i].name && bytes === Buffer.from(parts[i].bytes).toString(isText ? "utf8" : "latin1"),
    );
  return same ? undefined : `not as formData() reads it: ${JSON.stringify(text)}`;
}
