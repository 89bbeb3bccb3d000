/** Photos in every form that callers have, made into bodies that can be sent more than once. */
import { type Check, maybe, someText, text } from "../check.ts";
import { checkUnread, type PhotoStream, type ReadLimits, readPhotoStream } from "./photo-stream.ts";

/** React Native's reference to a file: the platform reads the file, and its bytes never enter JavaScript. */
export interface FileReference {
  readonly uri: string;
  /** Default "image/jpeg". */
  readonly type?: string;
  readonly name?: string;
}

/**
 * JPEG, PNG, WebP or AVIF, up to 10 MiB. A view of a buffer (a typed array, Node's `Buffer`, a `DataView`) is read as
 * its own part of the buffer only.
 */
export type Photo = Blob | ArrayBufferLike | ArrayBufferView | PhotoStream | FileReference;

/** A photo that can be sent again: `fetch` reads it without using it up. */
export type WholePhoto = Blob | Uint8Array<ArrayBuffer> | FileReference;

/** Gives the photo's bytes; a stream is read here, once. */
export type OpenPhoto = (limits: ReadLimits) => Promise<WholePhoto>;

const accepted =
  "a Blob or File, an ArrayBuffer or a view of one (as Uint8Array and Buffer), a stream of bytes, or { uri, type, name }";

function checkReference(file: FileReference, name: string): void {
  const part = (field: keyof FileReference, check: Check) => check(file[field], `${name}.${field}`);
  part("uri", someText);
  part("type", maybe(text));
  part("name", maybe(text));
}

/** Throws a `TypeError` for a value that is no photo, and for an empty photo. */
export function openPhoto(photo: unknown, name: string): OpenPhoto {
  if (typeof photo === "string")
    throw new TypeError(`${name} must be ${accepted}, not a string: decode base64, and read files, before.`);
  if (isBytes(photo)) {
    checkSize(photo.byteLength, name);
    const bytes = bytesOf(photo);
    return async () => bytes;
  }
  if (typeof photo !== "object" || photo === null) throw new TypeError(`${name} must be ${accepted}.`);
  if (isReference(photo)) {
    checkReference(photo, name);
    return async () => photo;
  }
  if (isBlob(photo)) {
    checkSize(photo.size, name);
    return async () => photo;
  }
  if (isStream(photo)) {
    checkUnread(photo, name);
    return (limits) => readPhotoStream(photo, name, limits);
  }
  throw new TypeError(`${name} must be ${accepted}.`);
}

export function isReference(photo: object): photo is FileReference {
  return "uri" in photo;
}

export function isBlob(photo: object): photo is Blob {
  if (typeof Blob === "function" && photo instanceof Blob) return true;
  // A `Blob` of another window is no instance of this window's class.
  return ["[object Blob]", "[object File]"].includes(tagOf(photo));
}

/** Throws for an empty photo, and so for a transferred buffer, which has no bytes left. */
function checkSize(bytes: number, name: string): void {
  if (bytes === 0) throw new TypeError(`${name} must have at least one byte.`);
}

function isBytes(photo: unknown): photo is ArrayBufferLike | ArrayBufferView {
  return (
    ArrayBuffer.isView(photo) || ["[object ArrayBuffer]", "[object SharedArrayBuffer]"].includes(tagOf(photo))
  );
}

function isStream(photo: object): photo is PhotoStream {
  return "getReader" in photo || Symbol.asyncIterator in photo;
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

/** Gives a view's own bytes. Shared or resizable memory is copied, since `fetch` does not take it. */
function bytesOf(photo: ArrayBufferLike | ArrayBufferView): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(photo)
    ? new Uint8Array(photo.buffer, photo.byteOffset, photo.byteLength)
    : new Uint8Array(photo);
  const { buffer } = view;
  const fixed = tagOf(buffer) === "[object ArrayBuffer]" && !(buffer as { resizable?: boolean }).resizable;
  return fixed ? (view as Uint8Array<ArrayBuffer>) : new Uint8Array(view);
}
