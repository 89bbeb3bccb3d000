/**
 * The app in workerd on real local KV and Durable Objects, with a pipeline that reads its "photos" as
 * text. Every answer is held to the API's document.
 */
import { env } from "cloudflare:workers";
import { createBudget } from "../../src/admission/budget.ts";
import { createApp, type Deps, type LogEntry } from "../../src/app.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import { type Failure, fail, ok } from "../../src/errors.ts";
import type { Calibration } from "../../src/face/calibration.ts";
import type { EncodedFace, FacePolicy } from "../../src/face/face.ts";
import type { Quality } from "../../src/face/quality.ts";
import type { RecognisabilityModel } from "../../src/face/recognisability-model.ts";
import { createDirectories, type DirectoryObject } from "../../src/identity/directory/object.ts";
import type { GalleryObject } from "../../src/identity/gallery/object.ts";
import { createKvCopies } from "../../src/identity/kv.ts";
import type { TenantStore } from "../../src/identity/store.ts";
import type { Pipeline } from "../../src/pipeline.ts";
import { createTrust, type TrustParts } from "../../src/trust/service.ts";
import { expectDocumented } from "./conformance.ts";

interface Bindings {
  readonly TEMPLATES: KVNamespace;
  readonly DIRECTORY: DurableObjectNamespace<DirectoryObject>;
  readonly GALLERY: DurableObjectNamespace<GalleryObject>;
  readonly ASSETS: Fetcher;
}

const bindings = env as unknown as Bindings;
export const { TEMPLATES: templates, DIRECTORY: directories, GALLERY: galleries } = bindings;

const origin = "http://localhost";
/** Every face is as recognisable as any, whatever the length of its embedding. */
export const recognisability: RecognisabilityModel = {
  centroids: [],
  rareDirections: [],
  rareWeights: [],
  weights: {
    bias: 0,
    similarity: 0,
    strangeness: 0,
    norms: [],
    detection: 0,
    beliefs: [0, 0],
    agreement: 0,
  },
  embeddingAlone: { bias: 0, similarity: 0, strangeness: 0 },
  limit: 0.5,
  tolerance: [[1, 0]],
};

/** At the default rate of 1e-4 a subject with one face matches up to 1.1, one with ten up to 1. */
export const calibration: Calibration = {
  modelSha256: "ab".repeat(32),
  fmrTable: [
    [0.9, 1e-6, 1e-6, 1e-6],
    [1.1, 1e-4, 1e-4, 1e-4],
    [1.3, 1e-2, 1e-2, 1e-2],
  ],
  measuredDownTo: 1e-6,
};
export const threshold = 1.1;
export const now = new Date("2026-03-04T05:06:07.008Z");

/** A photo whose embedding is this. */
export function photoOf(embedding: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return bytesOf(`VECTOR ${base64(new Uint8Array(Float32Array.from(embedding).buffer))}`);
}

/** A photo of a face at this angle; two of them are 2 sin(difference / 2) apart. */
export function photoAt(angle: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`FACE ${angle}`);
}

export function photoThatFails(failure: Failure): Uint8Array<ArrayBuffer> {
  return bytesOf(`FAIL ${JSON.stringify(failure)}`);
}

export const photoThatThrows = bytesOf("THROW");

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

export const testFace: EncodedFace["face"] = {
  box: { x: 10, y: 20, width: 30, height: 40 },
  score: 0.75,
  landmarks: [
    { x: 1, y: 2 },
    { x: 3, y: 4 },
    { x: 5, y: 6 },
    { x: 7, y: 8 },
    { x: 9, y: 10 },
  ],
};

const goodQuality: Quality = {
  eyeDistancePx: 80,
  sharpness: 0.5,
  brightness: 120,
  contrast: 40,
  yaw: 1,
  pitch: 2,
  roll: 3,
  agreement: 0.9,
  inFrame: 1,
  recognisability: 0.99,
};

/** A photo of a face at this angle that is not fit for comparison. */
export function darkPhotoAt(angle: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`DARK ${angle}`);
}

/** `calls` are the policies it was asked with. */
export function textPipeline(model = "text-1"): Pipeline & { calls: FacePolicy[] } {
  const calls: FacePolicy[] = [];
  return {
    calls,
    encoderId: model,
    async encodeFace(image, policy) {
      calls.push(policy);
      const [kind, ...rest] = new TextDecoder().decode(image).split(" ");
      const text = rest.join(" ");
      if (kind === "FAIL") return fail(JSON.parse(text) as Failure);
      if (kind === "THROW") throw new Error("a bug of the pipeline");
      if (kind !== "FACE" && kind !== "DARK" && kind !== "VECTOR") {
        return fail({ code: "unsupported_media_type", found: "not a photo", instead: "Send a JPEG." });
      }
      const angle = Number(text);
      const values =
        kind === "VECTOR"
          ? new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer)
          : new Float32Array([Math.cos(angle), Math.sin(angle)]);
      const quality = kind === "DARK" ? { ...goodQuality, brightness: 3 } : goodQuality;
      return ok({
        face: testFace,
        embedding: { model, values },
        quality,
        turned: 0,
        image: { width: 640, height: 480, format: "jpeg" },
      });
    },
    async warmUp() {
      return ok([{ id: model, role: "encoder", sha256: "ab".repeat(32) }]);
    },
  };
}

export interface Service {
  /** `path` is relative to the service's origin; the root key is sent unless `init` says otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>;
  /** The same with another key or token. */
  callAs(key: string, path: string, init?: RequestInit): Promise<Response>;
  /** Lets time pass for the service. */
  wait(seconds: number): void;
  readonly routes: ReturnType<typeof createApp>["routes"];
  readonly log: LogEntry[];
  readonly pipeline: Pipeline & { calls: FacePolicy[] };
  readonly trust: ReturnType<typeof createTrust>;
  /** What goes on after the answers. */
  settled(): Promise<unknown>;
}

export interface Change {
  readonly config?: Partial<Config>;
  readonly pipeline?: Partial<Pipeline>;
  readonly trust?: Partial<TrustParts>;
  readonly limitRate?: Deps["limitRate"];
  readonly files?: Deps["files"];
  readonly nowMs?: Deps["nowMs"];
  readonly budget?: Deps["budget"];
  readonly metrics?: Deps["metrics"];
  readonly diagnosis?: Partial<Deps["diagnosis"]>;
  readonly calibration?: Calibration;
  readonly recognisability?: RecognisabilityModel;
  readonly embeddingLength?: number;
  /** Wrapped around what the caller's tenant is given. */
  readonly store?: Partial<TenantStore>;
}

/** Of every service, what goes on after an answer. */
const pending = new Set<Promise<unknown>>();

/** What services began after their answers is over, so that it meets no later test's storage. */
export async function settleServices(): Promise<void> {
  while (pending.size > 0) await Promise.allSettled(pending);
}

export const testKek = btoa("the key-encryption key of tests.");

export function startService(change: Change = {}): Service {
  const log: LogEntry[] = [];
  const background: Promise<unknown>[] = [];
  let nowMs = now.getTime();
  const pipeline = { ...textPipeline(), ...change.pipeline };
  const environment = { SAMEFACE_API_KEY: "test-key", SAMEFACE_KEK: testKek };
  const config = { ...parseConfig(environment), ...change.config };
  const copies = createKvCopies(templates);
  const trust = createTrust({
    settings: config,
    openDirectory: createDirectories(directories),
    copies,
    clock: () => new Date(nowMs),
    randomBytes,
    background(work) {
      background.push(work);
      pending.add(work);
      // A failure stays one that nobody handles, which fails the run.
      void work.finally(() => pending.delete(work));
    },
    ...change.trust,
  });
  const app = createApp({
    ...trust,
    openStore: (caller) => ({ ...trust.openStore(caller), ...change.store }),
    limitRate: change.limitRate ?? (async () => undefined),
    pipeline,
    budget: change.budget ?? createBudget({ codecBytes: () => 0 }),
    config,
    files: "files" in change ? change.files : bindings.ASSETS,
    calibration: change.calibration ?? calibration,
    recognisability: change.recognisability ?? recognisability,
    distances: undefined,
    embeddingLength: change.embeddingLength ?? 2,
    randomId: () => crypto.randomUUID(),
    nowMs: change.nowMs ?? (() => performance.now()),
    log: (entry) => log.push(entry),
    metrics: change.metrics,
    diagnosis: {
      copies,
      bindings: { TEMPLATES: true, DIRECTORY: true, KEY_RATE: true },
      hashModels: async () => [{ id: "text-1", expected: "ab", actual: "ab" }],
      ...change.diagnosis,
    },
  });
  async function callAs(key: string, path: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has("Authorization")) headers.set("Authorization", `Bearer ${key}`);
    const request = new Request(`${origin}${path}`, { ...init, headers });
    const response = await app.fetch(request);
    await expectDocumented(request.method, request.url, response);
    return response;
  }
  return {
    routes: app.routes,
    log,
    pipeline,
    trust,
    callAs,
    call: (path, init) => callAs("test-key", path, init),
    settled: () => Promise.all(background),
    wait(seconds) {
      nowMs += 1000 * seconds;
    },
  };
}

export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function jpeg(body: BodyInit, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { "Content-Type": "image/jpeg", ...headers }, body };
}

export function json(value: unknown): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: typeof value === "string" ? value : JSON.stringify(value),
  };
}

export function form(fields: Record<string, Uint8Array<ArrayBuffer> | string>): RequestInit {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") body.append(name, value);
    else body.append(name, new File([value], "photo.jpg", { type: "image/jpeg" }));
  }
  return { method: "POST", body };
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
