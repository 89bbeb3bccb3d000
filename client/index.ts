/** `sameface/client`: the service from browsers, React Native, Workers and Node, over `fetch` alone. */
export type { SentEmbedding } from "./body.ts";
export { Sameface } from "./client.ts";
export { type ErrorCode, type ErrorDetails, SamefaceError } from "./error.ts";
export type { CallOptions, ClientOptions, UploadOptions } from "./options.ts";
export type { FileReference, Photo } from "./photo/photo.ts";
export type { PhotoStream } from "./photo/photo-stream.ts";
export { type ShrinkOptions, shrinkPhoto } from "./photo/shrink.ts";
export type { EnrolmentCallOptions } from "./requests.ts";
export type { Fetch, UploadProgress } from "./transport.ts";
export type * from "./wire.ts";
