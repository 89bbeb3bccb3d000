/** A face in its wire form, with no more digits than were measured. */
import { encodeBase64 } from "../crypto/base64.ts";
import type { EncodedFace, FoundFace } from "../face/face.ts";
import { landmarkNames } from "../face/geometry.ts";
import { defaultQualityLimits, judgeQuality } from "../face/quality/quality.ts";
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
      eye_distance_px: round(quality.eyeDistancePx, 2),
      sharpness: round(quality.sharpness, 4),
      brightness: round(quality.brightness, 1),
      contrast: round(quality.contrast, 1),
      yaw: round(quality.yaw, 1),
      pitch: round(quality.pitch, 1),
      roll: round(quality.roll, 1),
      agreement: round(quality.agreement, 3),
      in_frame: round(quality.inFrame, 3),
      recognisability: round(quality.recognisability, 3),
      occlusion: round(quality.occlusion, 3),
      reasons: [
        ...(unrecognisable ? ["unrecognizable" as const] : []),
        ...judgeQuality(quality, defaultQualityLimits),
      ],
    },
    ...(crop === undefined ? {} : { crop: encodeBase64(await writePng(crop.width, crop.height, crop.rgb)) }),
  };
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
