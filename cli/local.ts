/** Comparison without a service: the same pipeline, in this process. */
import { type Comparison, type DecisionOptions, type ErrorCode, SamefaceError } from "../client/index.ts";
import { loadRuntime, readCalibration, readRecognisability } from "../model/runtime.ts";
import { type Failure, toWire } from "../src/errors.ts";
import { decideAtFmr, distance } from "../src/face/decision/decide.ts";
import type { EncodedFace } from "../src/face/face.ts";
import { requireQuality } from "../src/face/quality/quality.ts";
import { type Side, toleranceOf } from "../src/face/quality/recognisability.ts";
import { defaultSettings } from "../src/identity/settings.ts";
import { decisionBody } from "../src/rendering/decision-body.ts";
import { faceBody } from "../src/rendering/face-body.ts";
import { chooseRate } from "../src/trust/rates/rate-choice.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Gives the answers of the service, and its error codes. The first photo is the same in every call. */
export async function openLocal(
  options: DecisionOptions,
): Promise<(a: Bytes, b: Bytes) => Promise<Omit<Comparison, "request_id">>> {
  const { pipeline } = await loadRuntime();
  const calibration = readCalibration();
  const recognisability = readRecognisability();
  const { face = "largest", quality = "warn", max_fmr } = options;
  // The scope `scores` is given: whoever runs this has the photos and the model.
  const caller = { kind: "root", scopes: new Set(["scores"] as const) } as const;
  const chosen = chooseRate(caller, defaultSettings, { maxFmr: max_fmr });
  if (!chosen.ok) throw errorOf(chosen.failure);
  const rate = chosen.value;

  async function encode(photo: Bytes, field: string): Promise<EncodedFace> {
    const encoded = await pipeline.encodeFace(photo, face);
    if (!encoded.ok) throw errorOf({ ...encoded.failure, field });
    const fit = quality === "refuse" ? requireQuality(encoded.value.quality) : encoded;
    if (!fit.ok) throw errorOf({ ...fit.failure, field });
    return encoded.value;
  }

  let reference: Promise<EncodedFace> | undefined;
  return async (photoA, photoB) => {
    reference ??= encode(photoA, "image_a");
    const a = await reference;
    const b = await encode(photoB, "image_b");
    const measured = distance(a.embedding, b.embedding);
    if (!measured.ok) throw errorOf(measured.failure);
    const closer = toleranceOf(recognisability, sideOf(a), sideOf(b));
    const decision = decideAtFmr(calibration, measured.value, rate.maxFmr, 1, closer);
    if (!decision.ok) throw errorOf(decision.failure);
    return {
      ...decisionBody(decision.value, rate),
      model: a.embedding.model,
      face_a: await faceBody(a),
      face_b: await faceBody(b),
      image_a: a.image,
      image_b: b.image,
    };
  };
}

function sideOf({ embedding, quality }: EncodedFace): Side {
  return { embedding, recognisability: quality.recognisability };
}

function errorOf(failure: Failure): SamefaceError {
  const { code, message, details, status } = toWire(failure);
  return new SamefaceError(code as ErrorCode, message, { status, details });
}
