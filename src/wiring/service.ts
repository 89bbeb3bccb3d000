/** Wires the app, for the Worker and for tests: each hands in its own connections, models, clock and random numbers. */
import type { Budget } from "../admission/budget.ts";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import { createKeyRing } from "../crypto/key-ring.ts";
import type { RandomBytes } from "../crypto/random.ts";
import { createDoctor, type DoctorDeps } from "../doctor.ts";
import type { Calibration, DistanceHistograms } from "../face/decision/calibration.ts";
import type { RecognisabilityModel } from "../face/quality/recognisability-model.ts";
import type { LogEntry } from "../http/middleware/log-entry.ts";
import { createListAudit } from "../identity/audit-trail.ts";
import type { TenantId } from "../identity/ids.ts";
import { jurisdictionOf } from "../identity/jurisdiction.ts";
import { noCopies } from "../identity/records/record-copies.ts";
import { createReviewOpener } from "../identity/store/enrolled-review.ts";
import { createRecentKeys } from "../identity/store/recent-keys.ts";
import { createShowRecord } from "../identity/store/subject-record.ts";
import { createStoreOpener } from "../identity/store/tenant-store.ts";
import { createTransferOpener } from "../identity/store/tenant-transfer.ts";
import { createTenantRegistry } from "../identity/tenant-registry.ts";
import type { Pipeline } from "../pipeline.ts";
import { createAuthenticate } from "../trust/authenticate.ts";
import { createEvidenceTokens } from "../trust/evidence.ts";
import { createApiKeys } from "../trust/keys/api-keys.ts";
import { createKekRotation } from "../trust/keys/kek-rotation.ts";
import { createSigningKeys } from "../trust/keys/signing-keys.ts";
import { createLiveRates } from "../trust/rates/live-rate.ts";
import { createReceipts } from "../trust/receipt.ts";
import { createSessionTokens } from "../trust/sessions/session-token.ts";
import { createOpenSession } from "../trust/sessions/sessions.ts";
import { createConsentReceipts } from "../trust/statements/consent-receipt.ts";
import { createDeletionCertificates } from "../trust/statements/deletion-certificate.ts";
import { createStatements } from "../trust/statements/statement.ts";
import { createStrangers } from "../trust/strangers.ts";
import { createTenants } from "../trust/tenants.ts";
import type { Connections } from "./bindings.ts";

export interface ServiceParts extends Connections {
  readonly config: Config;
  readonly pipeline: Pipeline;
  /** Budget of the isolate's memory, for bodies and decodes. */
  readonly budget: Budget;
  /** Calibration of the encoder that the pipeline runs, from the manifest. */
  readonly calibration: Calibration;
  /** Model of recognisable faces of the same encoder; from the manifest. */
  readonly recognisability: RecognisabilityModel;
  /** Distances measured with that encoder, for people to see; undefined where the manifest has none. */
  readonly distances: DistanceHistograms | undefined;
  /** Length of that encoder's embeddings, float32 numbers. */
  readonly embeddingLength: number;
  readonly hashModels: DoctorDeps["hashModels"];
  readonly clock: () => Date;
  /** Time for durations, ms since any beginning. */
  readonly nowMs: () => number;
  readonly randomBytes: RandomBytes;
  /** Makes a new name for a request or a face, 1..64 of [A-Za-z0-9_-], such as `crypto.randomUUID` does. */
  readonly randomId: () => string;
  /** Keeps the isolate at work on a promise after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  readonly log: (entry: LogEntry) => void;
}

/** Opens the app and the services that it is made of. */
export function openService(parts: ServiceParts) {
  const { config, openDirectory, keepsIn, copies, calibration, clock, randomBytes, background, failureRate } =
    parts;
  const { recognisability, pipeline } = parts;
  const ring = createKeyRing(config.keks, randomBytes);
  const registry = createTenantRegistry(openDirectory);
  const signingKeys = createSigningKeys({ openDirectory, registry, keepsIn, ring, clock });
  const sessionTokens = createSessionTokens(signingKeys, clock);
  const hasCopies = (tenant: TenantId) => copies !== noCopies && jurisdictionOf(tenant) === undefined;
  const signStatement = createStatements(signingKeys);
  const storeDeps = {
    openDirectory,
    copies,
    ring,
    random: randomBytes,
    clock,
    recent: createRecentKeys(),
    background,
  };
  const openReview = createReviewOpener({
    ...storeDeps,
    randomBytes,
    recognisability,
    encoderId: pipeline.encoderId,
  });
  const liveRates = createLiveRates({ ...parts, registry, encoderId: pipeline.encoderId });
  const services = {
    ...parts,
    liveRates,
    ring,
    signingKeys,
    sessionTokens,
    signReceipt: createReceipts(signingKeys),
    hasCopies,
    certifyDeletion: createDeletionCertificates({
      sign: signStatement,
      platform: copies === noCopies ? "own machine" : "network",
      hasCopies,
    }),
    signConsent: createConsentReceipts(signStatement),
    evidence: createEvidenceTokens(signingKeys, clock),
    authenticate: createAuthenticate({
      settings: config,
      openDirectory,
      keepsIn,
      sessions: sessionTokens,
      strangers: createStrangers({ failures: failureRate, clock }),
      clock,
    }),
    openStore: createStoreOpener(storeDeps),
    showRecord: createShowRecord(storeDeps),
    openTransfer: createTransferOpener(storeDeps),
    openSession: createOpenSession({ openDirectory, sessionTokens, calibration, randomBytes, clock }),
    apiKeys: createApiKeys({ openDirectory, randomBytes, clock }),
    tenants: createTenants({ openDirectory, registry, keepsIn, calibration, randomBytes, clock }),
    rewrapKeys: createKekRotation({ openDirectory, registry, ring, signingKeys }),
    listAudit: createListAudit(openDirectory),
    openReview,
    examine: createDoctor({ ...parts, registry, openReview, liveRates }),
  };
  return { app: createApp(services), ...services };
}
