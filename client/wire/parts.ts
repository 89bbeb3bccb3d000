/** Parts of options and answers that several kinds of calls share; ../wire.ts exports those that have a meaning alone. */

export interface Answer {
  /** Finds the request in the service's log. */
  request_id: string;
}

export type FacePolicy = "largest" | "center" | "only";

export interface FaceOptions {
  /** Choice among several faces; `only` refuses a photo that shows more than one. Default `largest`. */
  readonly face?: FacePolicy;
  /** Addition to the answer: `crop` is the aligned face as the encoder saw it. */
  readonly include?: "crop";
}

export interface PassiveOption {
  /** True to be told whether the photo shows a person or a picture of one; for keys with the scope "scores". */
  readonly passive?: boolean;
}

export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Settings that are given beside the others when a tenant is made, and never change. */
export type Placed = "jurisdiction" | "location_hint";
