/** The service's calls. Options and answers have the same names as on the wire. */
import {
  jsonBody,
  openFace,
  openForm,
  openFrames,
  openPhotoBody,
  type SentEmbedding,
  type WireOptions,
} from "./body.ts";
import { checked } from "./check.ts";
import { createExchange } from "./exchange.ts";
import { type CallJson, createCallJson, decided, path } from "./json-call.ts";
import type { CallOptions, ClientOptions, UploadOptions } from "./options.ts";
import { openPhoto, type Photo } from "./photo/photo.ts";
import {
  decisionOptions,
  detectionOptions,
  type EnrolmentCallOptions,
  embeddingOptions,
  enrolmentOptions,
  identificationOptions,
  liveEnrolmentOptions,
  liveVerificationOptions,
  sessionRequest,
  type VerificationCallOptions,
  verificationOptions,
} from "./requests.ts";
import { Deployment, Tenants } from "./resources/deployment.ts";
import { Faces, Subjects } from "./resources/faces.ts";
import { Audit, Keys, LiveRateOfTenant, SettingsOfTenant, Transfer } from "./resources/tenant.ts";
import type * as wire from "./wire.ts";

/**
 * Client of one service. No call throws: with arguments that it cannot take it rejects with a `TypeError` before
 * anything is sent.
 */
export class Sameface {
  readonly subjects: Subjects;
  readonly faces: Faces;
  readonly keys: Keys;
  readonly settings: SettingsOfTenant;
  readonly audit: Audit;
  readonly liveRate: LiveRateOfTenant;
  readonly transfer: Transfer;
  readonly tenants: Tenants;
  readonly deployment: Deployment;
  readonly #call: CallJson;

  constructor(options: ClientOptions) {
    const exchange = createExchange(options);
    const call = createCallJson(exchange);
    this.#call = call;
    this.subjects = new Subjects(call);
    this.faces = new Faces(call);
    this.keys = new Keys(call);
    this.settings = new SettingsOfTenant(call);
    this.audit = new Audit(call);
    this.liveRate = new LiveRateOfTenant(call);
    this.transfer = new Transfer(exchange, call);
    this.tenants = new Tenants(call);
    this.deployment = new Deployment(call);
  }

  /** Adds a face to a subject. A repetition after a network failure adds no second face. */
  async enrol(
    subjectId: string,
    face: Photo | SentEmbedding,
    options: EnrolmentCallOptions = {},
  ): Promise<wire.Enrolment> {
    const where = path`/v1/subjects/${{ subjectId }}/faces`;
    const { idempotencyKey = randomName(), ...rest } = checked(enrolmentOptions, options, "options");
    const { wireOptions, callOptions } = split(rest);
    const headers = { "Idempotency-Key": idempotencyKey };
    const body = openFace(face, "face", wireOptions);
    return this.#call({ method: "POST", path: where, headers, body, repeatable: true }, callOptions);
  }

  /**
   * Decides whether a photo shows the enrolled person. Each answer counts as one attempt; a repetition after a network
   * failure gets the answer that was lost, and counts none.
   */
  async verify(
    subjectId: string,
    face: Photo | SentEmbedding,
    options: VerificationCallOptions = {},
  ): Promise<wire.Verification> {
    const where = path`/v1/subjects/${{ subjectId }}/verify`;
    const { idempotencyKey = randomName(), ...rest } = checked(verificationOptions, options, "options");
    const { wireOptions, callOptions } = split(rest);
    const headers = { "Idempotency-Key": idempotencyKey };
    const body = openFace(face, "face", wireOptions);
    const call = { method: "POST", path: where, headers, body, repeatable: true } as const;
    return decided(await this.#call<wire.Verification>(call, callOptions));
  }

  /** Decides whether two photos show the same person. */
  async compare(
    imageA: Photo,
    imageB: Photo,
    options: wire.DecisionOptions & UploadOptions = {},
  ): Promise<wire.Comparison> {
    const photos = { image_a: openPhoto(imageA, "imageA"), image_b: openPhoto(imageB, "imageB") };
    const { wireOptions, callOptions } = split(checked(decisionOptions, options, "options"));
    const body = openForm(photos, wireOptions);
    const call = { method: "POST", path: "/v1/compare", body, repeatable: true } as const;
    return decided(await this.#call<wire.Comparison>(call, callOptions));
  }

  /** Finds the enrolled subjects that a photo may show. */
  async identify(
    face: Photo | SentEmbedding,
    options: wire.IdentificationOptions & UploadOptions = {},
  ): Promise<wire.Identification> {
    const { wireOptions, callOptions } = split(checked(identificationOptions, options, "options"));
    const body = openFace(face, "face", wireOptions);
    return this.#call({ method: "POST", path: "/v1/identify", body, repeatable: true }, callOptions);
  }

  /** Finds the face and says whether it is good enough for comparison. Stores nothing. */
  async detect(photo: Photo, options: wire.DetectionOptions & UploadOptions = {}): Promise<wire.Detection> {
    return this.#sendPhoto("/v1/detect", photo, checked(detectionOptions, options, "options"));
  }

  /** Returns the embedding, to keep or to send in place of a photo. */
  async embed(photo: Photo, options: wire.EmbeddingOptions & UploadOptions = {}): Promise<wire.Embedding> {
    return this.#sendPhoto("/v1/embed", photo, checked(embeddingOptions, options, "options"));
  }

  /**
   * Decides whether the frames show a living person who answers the session's challenge, and whether that person is
   * the session's subject. Each answer uses the session once, so the call is not repeated.
   */
  async verifyLive(
    frames: readonly Photo[],
    options: wire.LiveVerificationOptions & UploadOptions = {},
  ): Promise<wire.LiveVerification> {
    const opened = frames.map((frame, k) => openPhoto(frame, `frames[${k}]`));
    const { wireOptions, callOptions } = split(checked(liveVerificationOptions, options, "options"));
    const body = openFrames(opened, wireOptions);
    const call = { method: "POST", path: "/v1/sessions/verify", body, repeatable: false } as const;
    return decided(await this.#call<wire.LiveVerification>(call, callOptions));
  }

  /** Enrols the face of the first frame, where the frames show a living person who answers the challenge. */
  async enrolLive(
    frames: readonly Photo[],
    options: wire.LiveEnrolmentOptions & UploadOptions = {},
  ): Promise<wire.LiveEnrolment> {
    const opened = frames.map((frame, k) => openPhoto(frame, `frames[${k}]`));
    const { wireOptions, callOptions } = split(checked(liveEnrolmentOptions, options, "options"));
    const body = openFrames(opened, wireOptions);
    const call = { method: "POST", path: "/v1/sessions/enrol", body, repeatable: false } as const;
    return this.#call<wire.LiveEnrolment>(call, callOptions);
  }

  /** Makes a token with which a phone can verify or enrol one subject and do nothing else. */
  async createSession(request: wire.SessionRequest, options?: CallOptions): Promise<wire.Session> {
    const body = jsonBody(checked(sessionRequest, request, "request"));
    return this.#call({ method: "POST", path: "/v1/sessions", body, repeatable: true }, options);
  }

  async #sendPhoto<Answer>(
    where: string,
    photo: Photo,
    options: wire.DetectionOptions & UploadOptions,
  ): Promise<Answer> {
    const { wireOptions, callOptions } = split(options);
    const body = openPhotoBody(photo, "photo", wireOptions);
    return this.#call({ method: "POST", path: where, body, repeatable: true }, callOptions);
  }
}

/** Separates the options that go on the wire from those of the client. */
function split(options: UploadOptions & object): { wireOptions: WireOptions; callOptions: UploadOptions } {
  const { signal, timeoutMs, maxRetries, onUploadProgress, ...wireOptions } = options;
  const callOptions = { signal, timeoutMs, maxRetries, onUploadProgress };
  return { wireOptions: wireOptions as WireOptions, callOptions: callOptions as UploadOptions };
}

/**
 * Names a request, so that a repetition is recognised; it need not be secret. React Native and plain http pages have
 * no `randomUUID`.
 */
function randomName(): string {
  const digits = () => Math.random().toString(36).slice(2).padEnd(11, "0");
  return globalThis.crypto?.randomUUID?.() ?? `${digits()}${digits()}`;
}
