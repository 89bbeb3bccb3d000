/**
 * Loads of many simultaneous requests on one isolate: the largest bodies of each form, photos that take most memory
 * to decode, slow senders, and bodies of undeclared length. Every photo is of a person who is enrolled.
 */
import type { Manner, Message } from "../service/connection.ts";
import { apiKey } from "../service/settings.ts";

export interface LoadPhotos {
  /** Enrolled photos, by the subject's name. */
  readonly enrolled: Readonly<Record<"person" | "other", Uint8Array>>;
  /** Photos of `person`. */
  readonly small: Uint8Array;
  readonly megapixels12: Uint8Array;
  /** A photo as large as a body may be. */
  readonly largest: Uint8Array;
  /** The same photo in base64. */
  readonly largestInBase64: Uint8Array;
  /** Photos of `other`, with as many pixels as are accepted. */
  readonly avif: Uint8Array;
  readonly webp: Uint8Array;
}

export interface Load {
  readonly name: string;
  readonly message: Message;
  /** Manner of the sender with this index. */
  readonly manner: (index: number) => Manner;
  /** True when its senders never finish a body. */
  readonly isSlow: boolean;
}

const authorization = { Authorization: `Bearer ${apiKey}` };
const boundary = "sameface-bench-boundary";
const atOnce = (): Manner => ({});
const inChunks = (): Manner => ({ chunked: true });

export function makeLoads({
  megapixels12,
  largest,
  largestInBase64,
  avif,
  webp,
}: LoadPhotos): readonly Load[] {
  const load = (name: string, message: Message, manner: Load["manner"] = atOnce): Load => ({
    name,
    message,
    manner,
    isSlow: manner === slowly,
  });
  return [
    load("12 MP", photo("person", megapixels12, "image/jpeg")),
    load("10 MB", photo("person", largest, "image/jpeg")),
    load("10 MB in a form", form("/v1/subjects/person/verify", { image: largest })),
    load("10 MB of JSON", json("/v1/subjects/person/verify", largestInBase64)),
    load("two of 12 MP compared", form("/v1/compare", { image_a: megapixels12, image_b: megapixels12 })),
    load("10 MB, slow senders", photo("person", largest, "image/jpeg"), slowly),
    load("12 MP in chunks", photo("person", megapixels12, "image/jpeg"), inChunks),
    load("10 MB in chunks", photo("person", largest, "image/jpeg"), inChunks),
    load("largest AVIF", photo("other", avif, "image/avif")),
    load("largest WebP", photo("other", webp, "image/webp")),
  ];
}

/** Half of the senders send 64 KB a second; the others stop after five megabytes. All give up after a while. */
function slowly(index: number): Manner {
  return index % 2 === 0
    ? { pace: { bytes: 6400, everyMs: 100 }, patienceMs: 6000 }
    : { stopAfterBytes: 5_000_000, patienceMs: 6000 };
}

export function photo(subject: string, body: Uint8Array, type: string, what = "verify"): Message {
  const path = `/v1/subjects/${subject}/${what}`;
  return { method: "POST", path, headers: { ...authorization, "Content-Type": type }, body };
}

function form(path: string, photos: Readonly<Record<string, Uint8Array>>): Message {
  const pieces = Object.entries(photos).flatMap(([name, bytes]) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
    ),
    bytes,
    Buffer.from("\r\n"),
  ]);
  const type = `multipart/form-data; boundary=${boundary}`;
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
  return { method: "POST", path, headers: { ...authorization, "Content-Type": type }, body };
}

function json(path: string, image: Uint8Array): Message {
  const body = Buffer.from(JSON.stringify({ image: Buffer.from(image).toString("base64") }));
  return { method: "POST", path, headers: { ...authorization, "Content-Type": "application/json" }, body };
}
