/** Options and answers of verifications, comparisons and searches. */
import type { Answer, PassiveOption } from "./parts.ts";
import type { EmbeddingOptions, Face, Image, Passive } from "./photos.ts";

export interface DecisionOptions extends EmbeddingOptions {
  /**
   * False match rate that you accept; it sets the threshold. Default: the tenant's, 1e-4. A key without the scope
   * "scores" may ask only for the tenant's rate, or that divided by 10, 100 and so on.
   */
  readonly max_fmr?: number;
}

export interface VerificationOptions extends DecisionOptions, PassiveOption {
  /** Asks for a signed receipt. */
  readonly receipt?: boolean;
  /** Text of your own that the receipt repeats. */
  readonly nonce?: string;
}

export interface IdentificationOptions extends EmbeddingOptions {
  /** 1 to 50; default 5. The closest are kept, or without the scope "scores" the first by id. */
  readonly max_candidates?: number;
  /** Rate at which a search for a stranger may name anyone; needs the scope "scores". */
  readonly max_fpir?: number;
}

export interface Decision extends Answer {
  match: boolean;
  /** Distance between the two embeddings, 0 to 2; for keys with the scope "scores". */
  distance?: number | undefined;
  /** `clear_match`, only with "scores": `fmr` is at most a tenth of the rate asked for. */
  band: "clear_match" | "match" | "no_match";
  /** A distance at or below this is a match. */
  threshold: number;
  max_fmr: number;
  /** Probability that a stranger comes this close; "< x" below the lowest measured rate. Only with "scores". */
  fmr?: number | string | undefined;
  model: string;
}

/** Template of the subject that the photo was compared with. */
export interface Template {
  /** Changes when a face joins or leaves, and with the model. */
  version: string;
  /** Number of enrolled photos in it. */
  photos: number;
  /** Time since which a deletion or an enrolment may be missing in it; with `consistency: "edge"`. */
  as_of?: string | undefined;
}

export interface Verification extends Decision {
  template?: Template | undefined;
  /** Enrolled face in the template that came closest by itself; only with "scores". */
  face_id?: string | undefined;
  /** True when the scores have fallen: enrol a new photo before the person is refused. Only with "scores". */
  new_photo_suggested?: true | undefined;
  /** True for a match whose photo was enrolled or has matched before, where the tenant's `replay` says `warn`. */
  replayed?: true | undefined;
  face?: Face | undefined;
  image?: Image | undefined;
  /** Present when it was asked for and a photo was sent. */
  passive?: Passive | undefined;
  /** A JWS, if the request asked for a receipt. */
  receipt?: string | undefined;
}

export interface Comparison extends Decision {
  face_a: Face;
  face_b: Face;
  image_a: Image;
  image_b: Image;
}

export interface Candidate {
  subject_id: string;
  face_id?: string | undefined;
  template?: Template | undefined;
  distance?: number | undefined;
  fmr?: number | string | undefined;
}

export interface Identification extends Answer {
  /** Closest first, or without "scores" in the order of their ids; empty when nobody is within the threshold. */
  candidates: Candidate[];
  /** True when more subjects than asked for are within the threshold; only without "scores". */
  more_candidates?: true | undefined;
  /** Number of templates that were compared: one for each subject. */
  gallery_size: number;
  /** Number of faces that were not compared, because another model made them. */
  not_compared?: number | undefined;
  threshold: number;
  max_fpir: number;
  face?: Face | undefined;
  image?: Image | undefined;
  model: string;
}
