/** Enrolments, subjects and their faces, and everything that is kept about a person. */
import type { Answer, FaceOptions, PassiveOption } from "./parts.ts";
import type { Face, Image, Passive } from "./photos.ts";
import type { AuditEntry, Jurisdiction } from "./tenant.ts";

export interface EnrolmentOptions extends FaceOptions, PassiveOption {
  /** `refuse` refuses a person who is enrolled as another subject. Default `allow`. */
  readonly duplicates?: "allow" | "refuse";
  /** `allow` enrols a photo of somebody else than the subject's others, which the template leaves out. Default `refuse`. */
  readonly conflicts?: "allow" | "refuse";
  /** Time at which the face is deleted, with its offset, such as 2030-01-31T12:00:00Z. */
  readonly expires_at?: string;
  readonly consent_version?: string;
  readonly consent_purpose?: string;
  readonly consent_at?: string;
  /** Asks for a signed receipt of the consent. */
  readonly consent_receipt?: boolean;
  /** Your own notes, at most 1 KiB of JSON; stored encrypted. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Enrolment extends Answer {
  face_id: string;
  subject_id: string;
  /** Absent, as is `image`, when an embedding was sent. */
  face?: Face | undefined;
  image?: Image | undefined;
  /** Present when it was asked for and a photo was sent. */
  passive?: Passive | undefined;
  model: string;
  created_at: string;
  expires_at?: string | undefined;
  /** The photo shows somebody else than the subject's others; with `conflicts: "allow"`. */
  conflicting_face?: true | undefined;
  /** Present when it was asked for and the enrolment states a consent. */
  consent_receipt?: string | undefined;
}

export interface FaceUpdate {
  readonly expires_at?: string | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

export interface UpdatedFace extends Answer {
  subject_id: string;
  face_id: string;
}

export interface EnrolledFace {
  face_id: string;
  model: string;
  created_at: string;
  /** True for a face that joined by a verification with liveness, and was not enrolled. */
  joined?: true | undefined;
  /** True for a face that showed somebody else than the subject's others as it was enrolled: the template leaves it out. */
  conflicting_face?: true | undefined;
  expires_at?: string | undefined;
  consent?: { version: string; purpose: string; at: string } | undefined;
  metadata?: Record<string, string> | undefined;
}

export interface RecordedFace extends EnrolledFace {
  consent_receipt?: string | undefined;
  /** The embedding, without its numbers. */
  template: { numbers: number; key_id: string; wrapped_by: string };
  /** Measures of the photo that are kept. */
  quality?: { [Name in Exclude<keyof Face["quality"], "reasons">]?: number | undefined } | undefined;
}

export interface SubjectRecord extends Answer {
  subject_id: string;
  tenant_id: string;
  jurisdiction: Jurisdiction | null;
  faces: RecordedFace[];
  attempts: { failures: number; last_failure_at: string | null };
  /** Null before the first match; the distances are present with the scope "scores". */
  score_trend: { matches: number; first?: number | undefined; recent?: number | undefined } | null;
  last_used_on: string | null;
  kept_beside: { sketches: number; requests: number; sessions: number };
  copies: string[];
  /** Entries about the subject, oldest first. */
  audit: AuditEntry[];
  next_cursor: string | null;
}

export interface Subject extends Answer {
  subject_id: string;
  /** Oldest first. */
  faces: EnrolledFace[];
}

export interface SubjectPage extends Answer {
  subjects: { subject_id: string }[];
  /** Null on the last page. */
  next_cursor: string | null;
}

export interface UnrecognizableFace {
  subject_id: string;
  face_id: string;
  created_at: string;
  /** 0 to 1; below 0.5 for each face listed. */
  recognisability: number;
  /** `photo`: measured at the enrolment. `embedding`: computed from the stored embedding alone, which is less sure. */
  judged_by: "photo" | "embedding";
}

export interface UnrecognizableFaces extends Answer {
  faces: UnrecognizableFace[];
  /** Number of faces that this page looked at. */
  looked_at: number;
  /** Number of those that another model made, or whose records are damaged; absent when there are none. */
  not_judged?: number | undefined;
  /** Null on the last page. */
  next_cursor: string | null;
}

/** Subject whose matches have come closer to the threshold. */
export interface AgeingSubject {
  subject_id: string;
  /** Matches since the subject's faces last changed. */
  matches: number;
  /** Mean distance of the first five. */
  first: number;
  /** Mean distance of the latest ones. */
  recent: number;
}

export interface AgeingPage extends Answer {
  subjects: AgeingSubject[];
  threshold: number;
  next_cursor: string | null;
}

export interface Deletion extends Answer {
  subject_id: string;
  deleted_faces: string[];
  /** Signed certificate of the deletion; null where the deployment's signing key does not open. */
  certificate: string | null;
}

export interface Unlocked extends Answer {
  subject_id: string;
}
