/** Requests' bodies: photos as they are, forms, and JSON. */

/** React Native's way to name a file: it is read where it lies, and never enters JavaScript. */
export interface FileReference {
  readonly uri: string;
  /** As image/jpeg. */
  readonly type?: string;
  readonly name?: string;
}

/** JPEG, PNG, WebP or AVIF, up to 10 MiB. */
export type Photo = Blob | ArrayBuffer | Uint8Array | FileReference;

/** What `embed` answered, in place of a photo; for keys with the scope "embeddings". */
export interface SentEmbedding {
  readonly embedding: string;
  readonly model: string;
}

type OptionValue = string | number | boolean | Readonly<Record<string, string>> | undefined;
/** By the names that they have on the wire. */
export type WireOptions = Readonly<Record<string, OptionValue>>;

export interface RequestBody {
  readonly query: string;
  /** Undefined for a form: its boundary is the platform's to choose. */
  readonly contentType: string | undefined;
  readonly content: Blob | Uint8Array<ArrayBuffer> | FormData | string;
}

export function faceBody(source: Photo | SentEmbedding, options: WireOptions): RequestBody {
  if ("embedding" in source) {
    const { embedding, model } = source;
    return jsonBody({ embedding, model, ...options });
  }
  // An address may be logged on its way: notes about a person do not belong in it.
  if (isReference(source) || options.metadata !== undefined) return formBody({ image: source }, options);
  const blob = typeof Blob === "function" && source instanceof Blob ? source : undefined;
  const type = blob?.type.startsWith("image/") ? blob.type : "application/octet-stream";
  return { query: queryOf(options), contentType: type, content: blob ?? bytesOf(source as Uint8Array) };
}

export function formBody(photos: Readonly<Record<string, Photo>>, options: WireOptions): RequestBody {
  const form = new FormData();
  for (const [name, photo] of Object.entries(photos)) {
    if (isReference(photo)) {
      const { uri, type = "image/jpeg", name: fileName = "photo" } = photo;
      form.append(name, { uri, type, name: fileName } as unknown as Blob);
    } else {
      const blob = photo instanceof Blob ? photo : new Blob([bytesOf(photo)]);
      form.append(name, blob, "photo");
    }
  }
  for (const [name, text] of textsOf(options)) form.append(name, text);
  return { query: "", contentType: undefined, content: form };
}

export function jsonBody(value: unknown): RequestBody {
  return { query: "", contentType: "application/json", content: JSON.stringify(value) };
}

export function queryOf(options: WireOptions): string {
  const pairs = textsOf(options).map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function textsOf(options: WireOptions): [string, string][] {
  return Object.entries(options).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    return [[name, typeof value === "object" ? JSON.stringify(value) : String(value)]];
  });
}

function isReference(photo: Photo): photo is FileReference {
  return "uri" in photo;
}

function bytesOf(photo: ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> {
  return photo instanceof Uint8Array ? (photo as Uint8Array<ArrayBuffer>) : new Uint8Array(photo);
}
