/**
 * The app in workerd on real local KV and Durable Objects, with a pipeline that reads its "photos" as text. Every
 * answer is checked against the API's document.
 */
import { env } from "cloudflare:workers";
import { createBudget } from "../../../src/admission/budget.ts";
import { type Config, parseConfig } from "../../../src/config.ts";
import { type Failure, fail, ok } from "../../../src/errors.ts";
import type { Calibration } from "../../../src/face/decision/calibration.ts";
import type { EncodedFace, FacePolicy } from "../../../src/face/face.ts";
import type { PoseName } from "../../../src/face/liveness/challenge.ts";
import type { Quality } from "../../../src/face/quality/quality.ts";
import type { RecognisabilityModel } from "../../../src/face/quality/recognisability-model.ts";
import type { LogEntry } from "../../../src/http/middleware/log-entry.ts";
import type { DirectoryObject } from "../../../src/identity/directory/object.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import type { GalleryObject } from "../../../src/identity/gallery/object.ts";
import type { Gallery } from "../../../src/identity/gallery/types.ts";
import type { ObjectsOf } from "../../../src/identity/objects-of.ts";
import type { Pipeline } from "../../../src/pipeline.ts";
import { type Bindings, connect } from "../../../src/wiring/bindings.ts";
import { openService, type ServiceParts } from "../../../src/wiring/service.ts";
import { syntheticCapture } from "../../fixtures/people/captures.ts";
import { type MadeHead, madeFace } from "../../fixtures/people/live-frames.ts";
import { expectDocumented } from "./conformance.ts";

/** Bindings, also as objects that a test can look into. */
interface TestBindings extends Bindings {
  readonly TEMPLATES: KVNamespace;
  readonly DIRECTORY: DurableObjectNamespace<DirectoryObject> & ObjectsOf<Directory>;
  readonly GALLERY: DurableObjectNamespace<GalleryObject> & ObjectsOf<Gallery>;
  readonly ASSETS: Fetcher;
}

const bindings = env as unknown as TestBindings;
export const { TEMPLATES: templates, DIRECTORY: directories, GALLERY: galleries } = bindings;

const origin = "http://localhost";
/** Model to which every face is as recognisable as any, whatever the length of its embedding. */
export const recognisability: RecognisabilityModel = {
  centroids: [],
  leaning: { means: [], spreads: [], perOdds: 0, mostOdds: 0, knots: [[0, 0]] },
  shifts: { directions: [], means: [], weights: [], knots: [[0, 0]] },
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

/** Calibration: at the default rate of 1e-4 a subject with one face matches up to 1.1, one with ten up to 1. */
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

/** Makes a photo whose embedding is this. */
export function photoOf(embedding: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return bytesOf(`VECTOR ${base64(new Uint8Array(Float32Array.from(embedding).buffer))}`);
}

/** Makes a photo of a face at this angle; two of them are 2 sin(difference / 2) apart. */
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
  occlusion: 0.01,
};

/** Makes a photo of a face at this angle that is not fit for comparison. */
export function darkPhotoAt(angle: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`DARK ${angle}`);
}

/** Makes a photo of a face at this angle that something covers. */
export function maskedPhotoAt(angle: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`MASKED ${angle}`);
}

/** Makes a photo of a face at this angle that tells nobody. */
export function unrecognisablePhotoAt(angle: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`BLURRED ${angle}`);
}

/** Measures of photos that are not good ones, by their first words. */
const measures: Readonly<Record<string, Partial<Quality>>> = {
  DARK: { brightness: 3 },
  MASKED: { occlusion: 0.9 },
  BLURRED: { sharpness: 0.001, recognisability: 0.12 },
};

/** Makes a file of one capture, named by a number, of a face at this angle; each file differs in its bytes alone. */
export function captureAt(angle: number, capture: number, file = 0): Uint8Array<ArrayBuffer> {
  return bytesOf(`CAPTURE ${angle} ${capture} ${file}`);
}

/** Makes a frame of a made head, which begins as a JPEG does. */
export function framePhoto(head: MadeHead, pose: PoseName | "front", shake: number): Uint8Array<ArrayBuffer> {
  const text = bytesOf(`MADE ${JSON.stringify([head, pose, shake])}`);
  return new Uint8Array([0xff, 0xd8, ...text]);
}

/** A frame that no pipeline finds a face in. */
export const frameWithoutFace = new Uint8Array([
  0xff,
  0xd8,
  ...bytesOf(`FAIL ${JSON.stringify({ code: "face_not_found" } satisfies Failure)}`),
]);

const madeFaces = new Map<string, EncodedFace>();

function madeFrom(image: Uint8Array): { face: EncodedFace; capture: number | undefined } | undefined {
  const text = image[0] === 0xff ? new TextDecoder().decode(image.subarray(2)) : "";
  if (!text.startsWith("MADE ")) return undefined;
  const made = JSON.parse(text.slice(5)) as Parameters<typeof madeFace>;
  const face = madeFaces.get(text) ?? madeFace(...made);
  madeFaces.set(text, face);
  return { face, capture: made[0].capture };
}

/** Makes a photo of a picture of a face at this angle: its passive score is 0.1, and that of other photos 0.9. */
export function attackAt(angle: number): Uint8Array<ArrayBuffer> {
  return bytesOf(`ATTACK ${angle}`);
}

const signals = { live: 3, attack: 1, grid: 2 };

/** Makes a pipeline that reads embeddings from text; `calls` are the policies with which it was called. */
export function textPipeline(model = "text-1"): Pipeline & { calls: FacePolicy[] } {
  const calls: FacePolicy[] = [];
  return {
    calls,
    encoderId: model,
    async encodeFace(
      image,
      policy,
      { listFaces = false, showUnrecognisable = false, keepCapture = false, judgePassive = false } = {},
    ) {
      calls.push(policy);
      const made = madeFrom(image);
      if (made !== undefined) {
        const { face, capture } = made;
        return ok(
          keepCapture && capture !== undefined ? { ...face, capture: syntheticCapture(capture) } : face,
        );
      }
      const [kind, ...rest] = new TextDecoder()
        .decode(image[0] === 0xff ? image.subarray(2) : image)
        .split(" ");
      const text = rest.join(" ");
      if (kind === "FAIL") return fail(JSON.parse(text) as Failure);
      if (kind === "THROW") throw new Error("a bug of the pipeline");
      if (kind === "BLURRED" && !showUnrecognisable)
        return fail({ code: "low_quality", reasons: ["unrecognizable", "blurred"] });
      if (!["FACE", "DARK", "MASKED", "VECTOR", "BLURRED", "CAPTURE", "ATTACK"].includes(kind)) {
        return fail({ code: "unsupported_media_type", found: "not a photo", instead: "Send a JPEG." });
      }
      const angle = Number(rest[0]);
      const values =
        kind === "VECTOR"
          ? new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer)
          : new Float32Array([Math.cos(angle), Math.sin(angle)]);
      const quality = { ...goodQuality, ...measures[kind] };
      return ok({
        face: testFace,
        embedding: { model, values },
        quality,
        turned: 0,
        image: { width: 640, height: 480, format: "jpeg" },
        ...(kind === "BLURRED" && { unrecognisable: true as const }),
        ...(keepCapture && kind === "CAPTURE" && { capture: syntheticCapture(Number(rest[1])) }),
        ...(listFaces && { faces: [{ box: testFace.box, score: testFace.score, counted: true }] }),
        ...(judgePassive && {
          passive: { score: kind === "ATTACK" ? 0.1 : 0.9, suspected: kind === "ATTACK", signals },
        }),
      });
    },
    async warmUp() {
      return ok([{ id: model, role: "encoder", sha256: "ab".repeat(32) }]);
    },
  };
}

export interface Service {
  /** Calls the service. `path` is relative to its origin; the root key is sent unless `init` says otherwise. */
  call(path: string, init?: RequestInit): Promise<Response>;
  /** Calls the service with another key or token. */
  callAs(key: string, path: string, init?: RequestInit): Promise<Response>;
  /** Lets time pass for the service. */
  wait(seconds: number): void;
  /** Time of the service, ms since 1970. */
  nowMs(): number;
  readonly routes: ReturnType<typeof openService>["app"]["routes"];
  readonly log: LogEntry[];
  readonly pipeline: Pipeline & { calls: FacePolicy[] };
  readonly trust: ReturnType<typeof openService>;
  /** Resolves when the work after the answers is done. */
  settled(): Promise<unknown>;
}

export interface Change
  extends Partial<
    Pick<
      ServiceParts,
      | "limitRate"
      | "files"
      | "nowMs"
      | "budget"
      | "metrics"
      | "bound"
      | "hashModels"
      | "calibration"
      | "recognisability"
      | "embeddingLength"
    >
  > {
  readonly config?: Partial<Config>;
  readonly pipeline?: Partial<Pipeline>;
  /** Dependencies of tenants' data and of the trust in callers. */
  readonly trust?: Partial<
    Pick<ServiceParts, "openDirectory" | "keepsIn" | "copies" | "clock" | "randomBytes" | "failureRate">
  >;
}

/** Work after the answers of every service. */
const pending = new Set<Promise<unknown>>();

/** Waits for the work after all services' answers, so that it meets no later test's storage. */
export async function settleServices(): Promise<void> {
  while (pending.size > 0) await Promise.allSettled(pending);
}

export const testKek = btoa("the key-encryption key of tests.");

export function startService({ config, pipeline: pipelineChange, trust, ...change }: Change = {}): Service {
  const log: LogEntry[] = [];
  const background: Promise<unknown>[] = [];
  let nowMs = now.getTime();
  const pipeline = { ...textPipeline(), ...pipelineChange };
  const environment = { SAMEFACE_API_KEY: "test-key", SAMEFACE_KEK: testKek };
  const service = openService({
    ...connect(bindings),
    // Requests are unlimited unless a test sets a limit.
    limitRate: async () => undefined,
    failureRate: undefined,
    bound: { TEMPLATES: true, DIRECTORY: true, KEY_RATE: true },
    config: { ...parseConfig(environment), ...config },
    pipeline,
    budget: createBudget({ codecBytes: () => 0 }),
    calibration,
    recognisability,
    distances: undefined,
    embeddingLength: 2,
    hashModels: async () => [{ id: "text-1", expected: "ab", actual: "ab" }],
    clock: () => new Date(nowMs),
    nowMs: () => performance.now(),
    randomBytes,
    randomId: () => crypto.randomUUID(),
    background(work) {
      background.push(work);
      pending.add(work);
      // A failure stays unhandled, which fails the run.
      void work.finally(() => pending.delete(work));
    },
    log: (entry) => log.push(entry),
    ...change,
    ...trust,
  });
  const { app } = service;
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
    trust: service,
    callAs,
    call: (path, init) => callAs("test-key", path, init),
    settled: () => Promise.all(background),
    nowMs: () => nowMs,
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
