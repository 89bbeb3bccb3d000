/** What the app is given. Nothing in it is global, so a test hands in its own. */
import type { Budget, Claim } from "../admission/budget.ts";
import type { Config } from "../config.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { RandomBytes } from "../crypto/random.ts";
import type { Calibration, DistanceHistograms } from "../face/calibration.ts";
import type { RecognisabilityModel } from "../face/recognisability-model.ts";
import type { OpenDirectory } from "../identity/directory/types.ts";
import type { RecordCopies } from "../identity/record-copies.ts";
import type { TenantSettings } from "../identity/settings.ts";
import type { OpenStore, TenantStore } from "../identity/store.ts";
import type { OpenTransfer } from "../identity/tenant-transfer.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Stage, Stopwatch } from "../stopwatch.ts";
import type { Authenticate } from "../trust/authenticate.ts";
import type { Principal } from "../trust/principal.ts";
import type { SignReceipt } from "../trust/receipt.ts";
import type { SessionTokens } from "../trust/session-token.ts";
import type { SigningKeys } from "../trust/signing-keys.ts";

export interface RequestEntry {
  readonly level: "info" | "error";
  readonly event: "request";
  readonly request_id: string;
  readonly method: string;
  /** The route's pattern, not the path: a path names a person. */
  readonly route: string;
  readonly status: number;
  readonly code?: string;
  readonly reason?: string;
  /** Of a caller who was let in. */
  readonly tenant?: string;
  /** Of a decision: `match`, `no_match`; of a search: `found`, `not_found`. */
  readonly outcome?: string;
  readonly total_ms: number;
  /** Waited for memory, ms. */
  readonly waited_ms: number;
  /** Of the isolate's budget, held by all requests and codecs when this one was answered, bytes. */
  readonly budget_used_bytes: number;
  readonly stages_ms: Partial<Record<Stage, number>>;
}

/** One line of structured log: never a body, a key, an embedding, or the name of a subject. */
export type LogEntry =
  | RequestEntry
  | {
      readonly level: "error";
      readonly event: "unexpected";
      readonly request_id: string;
      readonly error: string;
      readonly stack: string | undefined;
    };

/** Cloudflare's binding of static assets, as far as it is used. */
export interface Files {
  fetch(request: Request): Promise<Response>;
}

/** Workers Analytics Engine's binding, as far as it is used. */
export interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** Lists bindings, copies and models for the doctor to look at. */
export interface Diagnosis {
  /** By name, whether it is bound. */
  readonly bindings: Readonly<Record<string, boolean>>;
  readonly copies: RecordCopies;
  /** SHA-256 of the models' bytes as they are here, hex, and as the manifest has it. */
  readonly hashModels: () => Promise<readonly { id: string; expected: string; actual: string }[]>;
}

export interface Deps {
  readonly pipeline: Pipeline;
  /** The isolate's memory, for bodies and decodes. */
  readonly budget: Budget;
  readonly openStore: OpenStore;
  readonly openTransfer: OpenTransfer;
  readonly openDirectory: OpenDirectory;
  readonly authenticate: Authenticate;
  /** Seconds to wait when the caller has had too many requests; undefined to go on. */
  readonly limitRate: (principal: Principal) => Promise<number | undefined>;
  readonly ring: KeyRing;
  readonly signingKeys: SigningKeys;
  readonly sessionTokens: SessionTokens;
  readonly signReceipt: SignReceipt;
  readonly config: Config;
  /** Those of public/; undefined where they are not bound, and then there are no pages. */
  readonly files: Files | undefined;
  /** Of the encoder that the pipeline runs; from the manifest. */
  readonly calibration: Calibration;
  /** Of that encoder; from the manifest. */
  readonly recognisability: RecognisabilityModel;
  /** Measured with that encoder, for people to see; undefined where the manifest has none. */
  readonly distances: DistanceHistograms | undefined;
  /** Of that encoder: how many float32 numbers. */
  readonly embeddingLength: number;
  readonly clock: () => Date;
  /** For durations: ms since any beginning. */
  readonly nowMs: () => number;
  /** A new name for a request or a face, 1..64 of [A-Za-z0-9_-]; `crypto.randomUUID` will do. */
  readonly randomId: () => string;
  readonly randomBytes: RandomBytes;
  /** For the doctor. */
  readonly diagnosis: Diagnosis;
  readonly log: (entry: LogEntry) => void;
  /** Where requests are counted; undefined where no dataset is bound. */
  readonly metrics: Dataset | undefined;
}

/** What the middleware leaves for the handlers. */
export interface AppEnv {
  Variables: {
    requestId: string;
    principal: Principal;
    settings: TenantSettings;
    /** Of the caller's tenant. */
    store: TenantStore;
    /** For the log: why the request was refused. */
    refusal: { readonly code: string; readonly reason?: string };
    /** For the log: how a decision or a search came out. */
    outcome: "match" | "no_match" | "found" | "not_found";
    stopwatch: Stopwatch;
    /** The request's account with the budget. */
    claim: Claim;
  };
}
