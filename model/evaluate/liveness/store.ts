/**
 * Observations on disk, one JSON line a person, in a git-ignored folder: embeddings and crops are as private as the
 * photos.
 */
import { appendFileSync, createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Frame } from "../../../src/face/liveness/frame.ts";
import type { MadeSession } from "./observe.ts";

/** One person: every photo of the view, and the sessions made from one of them. */
export interface Person {
  readonly name: string;
  readonly photos: readonly Frame[];
  readonly sessions: readonly MadeSession[];
}

const bytesTag = "\u0001bytes:";
const floatsTag = "\u0001floats:";

export function append(file: string, person: Person): void {
  const line = JSON.stringify(person, (_, value) => {
    if (value instanceof Uint8Array) return bytesTag + Buffer.from(value).toString("base64");
    if (value instanceof Float32Array)
      return floatsTag + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
    return value;
  });
  // Each line starts with a line break, so that a line cut off by a crash spoils only itself.
  appendFileSync(file, `\n${line}`);
}

/** Reads people one by one: a file is longer than the longest string. */
export async function* readPeople(file: string): AsyncGenerator<Person> {
  if (!existsSync(file)) return;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.endsWith("}")) yield JSON.parse(line, revive);
  }
}

function revive(_: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (value.startsWith(bytesTag)) return Uint8Array.from(Buffer.from(value.slice(bytesTag.length), "base64"));
  if (value.startsWith(floatsTag))
    return new Float32Array(Uint8Array.from(Buffer.from(value.slice(floatsTag.length), "base64")).buffer);
  return value;
}
