/**
 * A face in a request: a photo for the pipeline, or, from callers with the scope "embeddings", an embedding that the
 * pipeline made before.
 */

import type { Context } from "hono";
import type * as z from "zod";
import type { Config } from "../../config.ts";
import { decodeFloat32 } from "../../crypto/float32.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { EncodedFace, FacePolicy } from "../../face/face.ts";
import { defaultQualityLimits, judgeQuality, requireQuality } from "../../face/quality/quality.ts";
import {
  isRecognisable,
  recognisabilityOfSide,
  type Side,
  tolerancesFor,
} from "../../face/quality/recognisability.ts";
import type { RecognisabilityModel } from "../../face/quality/recognisability-model.ts";
import type { CloserBy } from "../../identity/store/store.ts";
import type { Pipeline } from "../../pipeline.ts";
import { faceBody } from "../../rendering/face-body.ts";
import type { EvidenceTokens, SignedQuality } from "../../trust/evidence.ts";
import type { AppEnv } from "../app-env.ts";
import { invalid } from "./input.ts";
import type { PhotoRequest, SentEmbedding } from "./photo-request.ts";
import { readPhotos } from "./photos.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export type FaceSource =
  | { readonly kind: "photo"; readonly image: Bytes }
  | {
      readonly kind: "embedding";
      readonly embedding: Embedding;
      /** Evidence that came with it, and the photo's measures in it; undefined for an embedding that came alone. */
      readonly evidence: { readonly token: string; readonly quality: SignedQuality } | undefined;
    };

export interface Probe {
  readonly embedding: Embedding;
  /** Face of the photo; undefined when an embedding was sent. */
  readonly encoded: EncodedFace | undefined;
  /** Measures of the photo; undefined when an embedding was sent without evidence. */
  readonly quality: SignedQuality | undefined;
}

/** Dependencies of reading and encoding a photo. */
export interface PhotoDeps {
  readonly config: Pick<Config, "maxBodyBytes">;
  readonly pipeline: Pick<Pipeline, "encodeFace">;
}

/**
 * Dependencies of reading a photo or an embedding. An embedding must name the encoder's id and have its number of
 * float32 values.
 */
export interface FaceDeps extends PhotoDeps {
  readonly pipeline: Pick<Pipeline, "encodeFace" | "encoderId">;
  readonly embeddingLength: number;
  readonly recognisability: RecognisabilityModel;
  readonly evidence: Pick<EvidenceTokens, "verify">;
}

/** Tolerance of an embedding's squared length; float32 moves it by less than 1e-6. */
const unitTolerance = 1e-3;

/**
 * Reads the photo or the embedding of a request. Fails as `readPhotos` does, with `forbidden`, with `model_mismatch` for
 * another model's embedding, and with `invalid_request` for evidence that does not hold or is missing where the tenant
 * demands it.
 */
export async function readFaceSource<Options extends z.ZodObject>(
  c: Context<AppEnv>,
  { config, pipeline, embeddingLength, evidence }: FaceDeps,
  wanted: PhotoRequest<"image", Options>,
  signal?: AbortSignal,
): Promise<Result<{ source: FaceSource; options: z.output<Options> }>> {
  const read = await readPhotos(c, config.maxBodyBytes, wanted, { embeddings: true, signal });
  if (!read.ok) return read;
  const { images, embedding: sent, options } = read.value;
  if (sent === undefined) return ok({ source: { kind: "photo", image: images.image }, options });
  if (!c.var.principal.scopes.has("embeddings")) {
    return fail({ code: "forbidden", reason: 'This key does not have the scope "embeddings".' });
  }
  const embedding = parseEmbedding(sent, pipeline.encoderId, embeddingLength);
  if (!embedding.ok) return embedding;
  const proven = await readEvidence(c, evidence, sent, embedding.value);
  if (!proven.ok) return proven;
  return ok({ source: { kind: "embedding", embedding: embedding.value, evidence: proven.value }, options });
}

/** Reads the evidence, if there is any: one that does not hold is an error, and never counts as none. */
async function readEvidence(
  c: Context<AppEnv>,
  evidence: FaceDeps["evidence"],
  { evidence: token }: SentEmbedding,
  embedding: Embedding,
): Promise<Result<{ token: string; quality: SignedQuality } | undefined>> {
  if (token === undefined) {
    if (!c.var.settings.evidenceRequired) return ok(undefined);
    return fail(invalid("evidence", "is missing: this tenant takes no embedding without it"));
  }
  const quality = await evidence.verify(token, c.var.principal.tenant, embedding);
  return quality.ok ? ok({ token, quality: quality.value }) : quality;
}

/**
 * Reads an embedding: `length` float32 numbers, little endian, of unit length. Fails with `model_mismatch` or
 * `invalid_request`; a failure never repeats a value.
 */
export function parseEmbedding(sent: SentEmbedding, model: string, length: number): Result<Embedding> {
  if (sent.model !== model) {
    const stored = /^[\x21-\x7e]{1,64}$/.test(sent.model) ? sent.model : "another model";
    return fail({ code: "model_mismatch", stored, expected: model, field: "model" });
  }
  if (sent.bytes.length !== 4 * length)
    return fail(invalid("embedding", `must be ${length} float32 numbers`));
  const values = decodeFloat32(sent.bytes);
  const squaredLength = values.reduce((sum, value) => sum + value * value, 0);
  // The comparison is negated so that NaN and infinity fail too.
  if (!(Math.abs(squaredLength - 1) <= unitTolerance)) {
    return fail(invalid("embedding", "must be finite and of unit length"));
  }
  return ok({ model, values });
}

export interface EncodingOptions {
  readonly face?: FacePolicy | undefined;
  readonly quality?: "warn" | "refuse" | undefined;
  readonly include?: "crop" | undefined;
  readonly listFaces?: boolean;
  readonly showUnrecognisable?: boolean;
  /** True to keep the view of the capture by which its copies are told. */
  readonly keepCapture?: boolean;
  readonly judgePassive?: boolean;
}

/** Encodes a photo. Fails as the pipeline does, and with `low_quality` where the options ask for that. */
export async function encodePhoto(
  c: Context<AppEnv>,
  { pipeline }: Pick<PhotoDeps, "pipeline">,
  image: Bytes,
  {
    face = "largest",
    quality = "warn",
    include,
    listFaces = false,
    showUnrecognisable = false,
    keepCapture = false,
    judgePassive = false,
  }: EncodingOptions,
): Promise<Result<EncodedFace>> {
  const { time } = c.var.stopwatch;
  const encoded = await pipeline.encodeFace(image, face, {
    time,
    room: c.var.claim,
    keepCrop: include === "crop",
    keepCapture,
    listFaces,
    showUnrecognisable: showUnrecognisable && quality === "warn",
    judgePassive,
    backgroundFaceShare: c.var.settings.backgroundFaceShare,
  });
  if (!encoded.ok || quality === "warn") return encoded;
  const fit = requireQuality(encoded.value.quality);
  return fit.ok ? encoded : fit;
}

/**
 * Encodes a photo. An embedding is judged by its evidence as its photo would be or, without evidence, by itself. Fails as
 * `encodePhoto` does.
 */
export async function encodeSource(
  c: Context<AppEnv>,
  deps: Pick<FaceDeps, "pipeline" | "recognisability">,
  source: FaceSource,
  options: EncodingOptions,
): Promise<Result<Probe>> {
  if (source.kind === "photo") {
    const encoded = await encodePhoto(c, deps, source.image, options);
    if (!encoded.ok) return encoded;
    const { embedding, quality } = encoded.value;
    return ok({ embedding, encoded: encoded.value, quality });
  }
  const { embedding, evidence } = source;
  const probe = { embedding, encoded: undefined, quality: evidence?.quality };
  const fit = requireFit(deps.recognisability, probe, options.quality);
  return fit.ok ? ok(probe) : fit;
}

/** Refuses what would be refused of the embedding's photo. */
function requireFit(
  model: RecognisabilityModel,
  probe: Probe,
  policy: EncodingOptions["quality"] = "warn",
): Result<void> {
  const { quality } = probe;
  if (!isRecognisable(model, recognisabilityOfSide(model, sideOf(probe)))) {
    const others = quality === undefined ? [] : judgeQuality(quality, defaultQualityLimits);
    return fail({ code: "low_quality", reasons: ["unrecognizable", ...others] });
  }
  return policy === "warn" || quality === undefined ? ok(undefined) : requireQuality(quality);
}

/** Describes the photo in an answer, if there was one. */
export async function photoBody({ encoded }: Probe) {
  return encoded === undefined ? {} : { face: await faceBody(encoded), image: encoded.image };
}

/** Returns the probe as one side of a comparison. */
export function sideOf({ embedding, quality }: Pick<Probe, "embedding" | "quality">): Side {
  return { embedding, recognisability: quality?.recognisability };
}

/** Returns by how much each enrolled face must come closer to this probe. */
export function closerBy(model: RecognisabilityModel, probe: Probe): CloserBy {
  const toleranceOf = tolerancesFor(model, sideOf(probe));
  return ({ embedding, quality }) => toleranceOf({ embedding, recognisability: quality?.recognisability });
}
