/** Bodies of requests: a photo as it is, a form, or JSON. */
import { someText } from "./check.ts";
import { isBlob, isReference, type OpenPhoto, openPhoto, type WholePhoto } from "./photo/photo.ts";
import type { ReadLimits } from "./photo/photo-stream.ts";

/** An answer of `embed`, sent in place of a photo; for keys with the scope "embeddings". */
export interface SentEmbedding {
  readonly embedding: string;
  readonly model: string;
  /** Signed measures of the photo, which then count as if it had been sent. */
  readonly evidence?: string;
}

type OptionValue = string | number | boolean | Readonly<Record<string, string>> | undefined;
/** Options by their names on the wire. */
export type WireOptions = Readonly<Record<string, OptionValue>>;

export interface RequestBody {
  readonly query: string;
  /** Undefined for a form, whose boundary the platform chooses. */
  readonly contentType: string | undefined;
  readonly content: Blob | Uint8Array<ArrayBuffer> | FormData | string;
}

/** Reads the streams that a body has, and makes the body. */
export type OpenBody = (limits: ReadLimits) => Promise<RequestBody>;

/** Makes the body of a photo or of an embedding. Throws a `TypeError` that names the argument for anything else. */
export function openFace(face: unknown, name: string, options: WireOptions): OpenBody {
  if (typeof face !== "object" || face === null || !("embedding" in face))
    return openPhotoBody(face, name, options);
  const { embedding, model, evidence } = face as SentEmbedding;
  someText(embedding, `${name}.embedding`);
  someText(model, `${name}.model`);
  if (evidence !== undefined) someText(evidence, `${name}.evidence`);
  return async () => jsonBody({ embedding, model, evidence, ...options });
}

export function openPhotoBody(photo: unknown, name: string, options: WireOptions): OpenBody {
  const open = openPhoto(photo, name);
  return async (limits) => photoBody(await open(limits), options);
}

/** Makes a form of photos, each under the name of its field. */
export function openForm(photos: Readonly<Record<string, OpenPhoto>>, options: WireOptions): OpenBody {
  return async (limits) => {
    const read: Record<string, WholePhoto> = {};
    for (const [field, open] of Object.entries(photos)) read[field] = await open(limits);
    return formBody(read, options);
  };
}

/** Makes a form of frames in their order, each under the name `frame`. */
export function openFrames(photos: readonly OpenPhoto[], options: WireOptions): OpenBody {
  return async (limits) => {
    const frames: WholePhoto[] = [];
    for (const open of photos) frames.push(await open(limits));
    return formOf(
      frames.map((frame) => ["frame", frame] as const),
      options,
    );
  };
}

function photoBody(photo: WholePhoto, options: WireOptions): RequestBody {
  // Addresses may be logged on the way: notes about a person do not belong in the query.
  if (isReference(photo) || options.metadata !== undefined) return formBody({ image: photo }, options);
  const type = isBlob(photo) && photo.type.startsWith("image/") ? photo.type : "application/octet-stream";
  return { query: queryOf(options), contentType: type, content: photo };
}

function formBody(photos: Readonly<Record<string, WholePhoto>>, options: WireOptions): RequestBody {
  return formOf(Object.entries(photos), options);
}

function formOf(photos: readonly (readonly [string, WholePhoto])[], options: WireOptions): RequestBody {
  const form = new FormData();
  for (const [field, photo] of photos) {
    if (isReference(photo)) {
      const { uri, type = "image/jpeg", name = "photo" } = photo;
      form.append(field, { uri, type, name } as unknown as Blob);
    } else {
      form.append(field, isBlob(photo) ? photo : new Blob([photo]), "photo");
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
