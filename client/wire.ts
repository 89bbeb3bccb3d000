/** Options and answers as they are on the wire, with the same names. A newer service may add fields. */
export type * from "./wire/decisions.ts";
export type * from "./wire/deployment.ts";
export type { FacePolicy, PageOptions } from "./wire/parts.ts";
export type * from "./wire/photos.ts";
export type * from "./wire/sessions.ts";
export type * from "./wire/subjects.ts";
export type * from "./wire/tenant.ts";
