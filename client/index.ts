/** `sameface/client`: the service from browsers, React Native, Workers and Node, over `fetch` alone. */
export type { FileReference, Photo, SentEmbedding } from "./body.ts";
export { type EnrolmentCallOptions, Sameface } from "./client.ts";
export { type ErrorCode, type ErrorDetails, SamefaceError } from "./error.ts";
export type { CallOptions, ClientOptions, UploadOptions } from "./exchange.ts";
export { type ShrinkOptions, shrinkPhoto } from "./shrink.ts";
export type { Fetch, UploadProgress } from "./transport.ts";
export type * from "./wire.ts";
