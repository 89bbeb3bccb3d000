/** A face in its wire form, with no more digits than were measured. */
import { encodeBase64 } from "../crypto/base64.ts";
import type { EncodedFace, FoundFace } from "../face/face.ts";
import { landmarkNames } from "../face/geometry.ts";
import { defaultQualityLimits, judgeQuality, type Quality } from "../face/quality/quality.ts";
import { writePng } from "../image/png/png-writer.ts";

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** Rounds to a hundredth of a pixel. */
const px = (value: number) => round(value, 2);

export async function faceBody({ face, quality, turned, crop, unrecognisable }: EncodedFace) {
  const { box, score, landmarks } = face;
  return {
    ...foundBody({ box, score }),
    turned,
    landmarks: landmarks.map(({ x, y }, i) => ({ name: landmarkNames[i], x: px(x), y: px(y) })),
    quality: {
      ...measuresBody(quality),
      reasons: [
        ...(unrecognisable ? ["unrecognizable" as const] : []),
        ...judgeQuality(quality, defaultQualityLimits),
      ],
    },
    ...(crop === undefined ? {} : { crop: encodeBase64(await writePng(crop.width, crop.height, crop.rgb)) }),
  };
}

/** Names of the measures on the wire, and their digits after the point. */
const measures = {
  eyeDistancePx: ["eye_distance_px", 2],
  sharpness: ["sharpness", 4],
  brightness: ["brightness", 1],
  contrast: ["contrast", 1],
  yaw: ["yaw", 1],
  pitch: ["pitch", 1],
  roll: ["roll", 1],
  agreement: ["agreement", 3],
  inFrame: ["in_frame", 3],
  recognisability: ["recognisability", 3],
  occlusion: ["occlusion", 3],
} as const satisfies Record<keyof Quality, readonly [string, number]>;

type Known<Q extends Partial<Quality>> = keyof Q & keyof Quality;
type MeasuresBody<Q extends Partial<Quality>> = {
  [Name in Known<Q> as (typeof measures)[Name][0]]: Q[Name];
};

/** Writes the measures that are known. */
export function measuresBody<Q extends Partial<Quality>>(quality: Q): MeasuresBody<Q> {
  const known = Object.entries(measures).flatMap(([name, [onWire, digits]]) => {
    const value = quality[name as keyof Quality];
    return value === undefined ? [] : [[onWire, round(value, digits)]];
  });
  return Object.fromEntries(known) as MeasuresBody<Q>;
}

/** Lists the faces of a photo in their wire form. */
export function facesBody(faces: readonly FoundFace[]) {
  return faces.map(({ counted, ...face }) => ({ ...foundBody(face), counted }));
}

function foundBody({ box, score }: Pick<FoundFace, "box" | "score">) {
  return {
    box: { x: px(box.x), y: px(box.y), width: px(box.width), height: px(box.height) },
    score: round(score, 4),
  };
}
