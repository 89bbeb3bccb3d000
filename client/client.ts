/** The service's calls. Options and answers have the names that they have on the wire. */
import { faceBody, formBody, jsonBody, type Photo, type SentEmbedding, type WireOptions } from "./body.ts";
import { type CallOptions, type ClientOptions, createExchange, type UploadOptions } from "./exchange.ts";
import { type CallJson, createCallJson, path } from "./json-call.ts";
import { Deployment, Tenants } from "./resources/deployment.ts";
import { Faces, Subjects } from "./resources/faces.ts";
import { Audit, Keys, SettingsOfTenant, Transfer } from "./resources/tenant.ts";
import type * as wire from "./wire.ts";

export interface EnrolmentCallOptions extends wire.EnrolmentOptions, UploadOptions {
  /** One is made for each call. With your own the enrolment is safe across calls too, for a day. */
  readonly idempotencyKey?: string;
}

export class Sameface {
  readonly subjects: Subjects;
  readonly faces: Faces;
  readonly keys: Keys;
  readonly settings: SettingsOfTenant;
  readonly audit: Audit;
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
    this.transfer = new Transfer(exchange, call);
    this.tenants = new Tenants(call);
    this.deployment = new Deployment(call);
  }

  /** Adds a face to a subject. Repeated after a failure of the network it adds no second one. */
  enrol(
    subjectId: string,
    face: Photo | SentEmbedding,
    options: EnrolmentCallOptions = {},
  ): Promise<wire.Enrolment> {
    const { idempotencyKey = randomName(), ...rest } = options;
    const { wireOptions, callOptions } = split(rest);
    const headers = { "Idempotency-Key": idempotencyKey };
    const body = faceBody(face, wireOptions);
    const where = path`/v1/subjects/${subjectId}/faces`;
    return this.#call({ method: "POST", path: where, headers, body, repeatable: true }, callOptions);
  }

  /**
   * Is this the enrolled person? Each answer counts as an attempt, so the call is repeated only where
   * the service says that it did nothing.
   */
  verify(
    subjectId: string,
    face: Photo | SentEmbedding,
    options: wire.VerificationOptions & UploadOptions = {},
  ): Promise<wire.Verification> {
    const { wireOptions, callOptions } = split(options);
    const body = faceBody(face, wireOptions);
    const where = path`/v1/subjects/${subjectId}/verify`;
    return this.#call({ method: "POST", path: where, body, repeatable: false }, callOptions);
  }

  /** Do two photos show the same person? */
  compare(
    imageA: Photo,
    imageB: Photo,
    options: wire.DecisionOptions & UploadOptions = {},
  ): Promise<wire.Comparison> {
    const { wireOptions, callOptions } = split(options);
    const body = formBody({ image_a: imageA, image_b: imageB }, wireOptions);
    return this.#call({ method: "POST", path: "/v1/compare", body, repeatable: true }, callOptions);
  }

  /** Who of everybody enrolled is this? */
  identify(
    face: Photo | SentEmbedding,
    options: wire.IdentificationOptions & UploadOptions = {},
  ): Promise<wire.Identification> {
    const { wireOptions, callOptions } = split(options);
    const body = faceBody(face, wireOptions);
    return this.#call({ method: "POST", path: "/v1/identify", body, repeatable: true }, callOptions);
  }

  /** Where is the face, and is it fit for comparison? Keeps nothing. */
  detect(photo: Photo, options: wire.EmbeddingOptions & UploadOptions = {}): Promise<wire.Detection> {
    const { wireOptions, callOptions } = split(options);
    const body = faceBody(photo, wireOptions);
    return this.#call({ method: "POST", path: "/v1/detect", body, repeatable: true }, callOptions);
  }

  /** The embedding itself, to keep or to send in place of a photo. */
  embed(photo: Photo, options: wire.EmbeddingOptions & UploadOptions = {}): Promise<wire.Embedding> {
    const { wireOptions, callOptions } = split(options);
    const body = faceBody(photo, wireOptions);
    return this.#call({ method: "POST", path: "/v1/embed", body, repeatable: true }, callOptions);
  }

  /** A token with which a phone may verify one subject, and nothing else. */
  createSession(request: wire.SessionRequest, options?: CallOptions): Promise<wire.Session> {
    const body = jsonBody(request);
    return this.#call({ method: "POST", path: "/v1/sessions", body, repeatable: true }, options);
  }
}

/** What goes on the wire, and what does not. */
function split(options: UploadOptions & object): { wireOptions: WireOptions; callOptions: UploadOptions } {
  const { signal, timeoutMs, maxRetries, onUploadProgress, ...wireOptions } = options;
  const callOptions = { signal, timeoutMs, maxRetries, onUploadProgress };
  return { wireOptions: wireOptions as WireOptions, callOptions: callOptions as UploadOptions };
}

/** Tells requests apart and protects nothing. React Native and plain http pages have no `randomUUID`. */
function randomName(): string {
  const digits = () => Math.random().toString(36).slice(2).padEnd(11, "0");
  return globalThis.crypto?.randomUUID?.() ?? `${digits()}${digits()}`;
}
