/** Sessions of phones, and the frames of liveness sessions. */
import type { Template } from "./decisions.ts";
import type { Answer } from "./parts.ts";
import type { EnrolmentOptions } from "./subjects.ts";

export interface SessionRequest {
  readonly subject_id: string;
  /** `enrol` needs `liveness` and a key with the scope "enrol". */
  readonly action: "verify" | "enrol";
  /** Asks for frames of a person who takes the poses of a challenge. */
  readonly liveness?: "challenge";
  /** 1 to 100; default 1. With `liveness`, the number of tries. */
  readonly max_uses?: number;
  /** 10 to 3600; default 300. */
  readonly ttl_seconds?: number;
  readonly max_fmr?: number;
}

export interface Session extends Answer {
  /** Given to the phone in place of a key. */
  token: string;
  expires_at: string;
  nonce: string;
  /** Present with `liveness`. */
  challenge?: Challenge | undefined;
}

export type PoseName = "left" | "right" | "up" | "down" | "closer";

export interface Challenge {
  /** Poses to take in this order; `left` and `right` are the person's own. */
  poses: PoseName[];
  /** Photos to send: one that looks into the camera, then one for each pose. */
  frames: number;
  deadline: string;
  /** Tries that the session allows, this challenge's included. */
  tries_left: number;
}

export interface LiveVerificationOptions {
  /** Asks for a signed receipt. */
  readonly receipt?: boolean;
  /** Token of the session, for a client with an API key; a phone's client has the token as its key. */
  readonly session?: string;
}

export interface LiveEnrolmentOptions extends Omit<EnrolmentOptions, "face" | "include" | "passive"> {
  /** Token of the session, for a client with an API key. */
  readonly session?: string;
}

/** Tests of a liveness session that failed. */
export type LivenessReason =
  | "not_frontal"
  | "wrong_pose"
  | "identity_changed"
  | "repeated_frame"
  | "no_relief"
  | "scene_changed"
  | "picture_suspected"
  /** A frame shows no face that can be used, or several. */
  | "unfit_frame";

/** Findings of the judge, for keys with the scope "scores". */
export interface Liveness {
  live: boolean;
  reasons: LivenessReason[];
  relief?: number | null | undefined;
  distance_to_first?: number | undefined;
  distance?: number | undefined;
  surroundings?: number | undefined;
  clothes?: number | undefined;
  light?: number | undefined;
  passive?: number | undefined;
}

interface LiveAnswer extends Answer {
  model: string;
  tries_left: number;
  /** Challenge of the next try; absent when none is left or needed. */
  challenge?: Challenge | undefined;
  liveness?: Liveness | undefined;
}

export interface LiveVerification extends LiveAnswer {
  /** True when a living person answered the challenge, and that person is enrolled. */
  match: boolean;
  max_fmr: number;
  distance?: number | undefined;
  fmr?: number | string | undefined;
  template?: Template | undefined;
  face_id?: string | undefined;
  new_photo_suggested?: true | undefined;
  /** The first frame, or a copy of it, was enrolled or has matched before. */
  replayed?: true | undefined;
  receipt?: string | undefined;
}

export interface LiveEnrolment extends LiveAnswer {
  enrolled: boolean;
  subject_id: string;
  face_id?: string | undefined;
  created_at?: string | undefined;
  expires_at?: string | undefined;
  conflicting_face?: true | undefined;
  consent_receipt?: string | undefined;
}
