/**
 * The pipeline without its encoder: detector, landmarks, alignment and quality, as `src/pipeline.ts` runs them on an
 * upright photo. Every face is looked for, as for a liveness session.
 */
import { createDecoder, farReach, type Reach, unlimited } from "../../src/decoder.ts";
import { ok, type Result } from "../../src/errors.ts";
import { alignToTemplate } from "../../src/face/align.ts";
import type { EncoderDescriptor } from "../../src/face/descriptor.ts";
import { findEveryFace } from "../../src/face/detection/every-face.ts";
import { defaultBackgroundFaceShare, listOf, selectFace } from "../../src/face/detection/select.ts";
import { mapDetection, mapLandmarks, mapPoint } from "../../src/face/detection/turned.ts";
import { cropCornersOf, viewFace } from "../../src/face/encode.ts";
import type { Box } from "../../src/face/geometry.ts";
import { type OcclusionModel, occlusionOf } from "../../src/face/quality/occlusion.ts";
import { measureQuality } from "../../src/face/quality/quality.ts";
import type { EncodedPhoto } from "../../src/image/decode.ts";
import type { Photo } from "../../src/image/photo.ts";
import { fromTurned } from "../../src/image/turn.ts";
import type { PipelineParts } from "../../src/pipeline.ts";
import type { Pixels } from "../engine/messages.ts";
import type { Sight } from "../sight.ts";

export interface MeasuringParts extends Pick<PipelineParts, "detectors" | "landmarks" | "sample"> {
  /** Description of the encoder's input: its template and its scaling. */
  readonly view: EncoderDescriptor;
  readonly occlusion: OcclusionModel;
}

/** A photo's pixels: small for the detectors, and as large as a face needs. */
interface Views {
  overview(): Promise<Result<Photo>>;
  showing(box: Box, reach: Reach): Promise<Result<Photo>>;
}

export interface Measurer {
  /** Measures a camera's frame. Fails with `not_ready`. */
  look(pixels: Pixels): Promise<Result<Sight>>;
  /** Measures a photo's file: the same bits as the service. Fails as a decode does, and with `not_ready`. */
  measure(file: EncodedPhoto): Promise<Result<Sight>>;
}

export function createMeasurer({ detectors, landmarks, sample, view, occlusion }: MeasuringParts): Measurer {
  const [, , height, width] = view.input.shape;
  const crop = new Float32Array(3 * height * width);

  async function see(views: Views): Promise<Result<Sight>> {
    const overview = await views.overview();
    if (!overview.ok) return overview;
    const image = { width: overview.value.width, height: overview.value.height };
    const detections = await findEveryFace(detectors, overview.value);
    if (!detections.ok) return detections;
    const faces = listOf(detections.value, defaultBackgroundFaceShare).filter(
      ({ counted }) => counted,
    ).length;
    const selected = selectFace(detections.value, "largest", overview.value);
    if (!selected.ok) return ok({ image, faces: 0 });
    // The pipeline maps a photo that was turned back; of one that was not, that rounds coordinates alone.
    const toImage = fromTurned(0, image);
    const detection = mapDetection(toImage, selected.value);
    const { box, score } = detection;
    const detail = await views.showing(box, farReach);
    if (!detail.ok) return detail;
    const located = await landmarks.find(detail.value, selected.value);
    if (!located.ok) return located;
    const toPhoto = alignToTemplate(view.template, located.value.landmarks);
    if (toPhoto === null) return ok({ image, faces: 0 });
    const { appearance, cover } = viewFace(sample, detail.value, toPhoto, width, height, view.input, crop);
    const points = mapLandmarks(toImage, located.value.landmarks);
    const corners = cropCornersOf(toPhoto, width, height).map((corner) => mapPoint(toImage, corner));
    const measured = measureQuality(detection, points, image, corners, appearance);
    const measures = { ...measured, occlusion: occlusionOf(occlusion, cover, measured) };
    return ok({ image, faces, face: { box, score, landmarks: points, measures } });
  }

  return {
    look(pixels) {
      const photo = photoOf(pixels);
      const views = { overview: async () => ok(photo), showing: async () => ok(photo) };
      return see(views);
    },
    async measure(file) {
      const decoder = createDecoder(file, (_, work) => work(), unlimited);
      try {
        return await see(decoder);
      } finally {
        decoder.free();
      }
    },
  };
}

function photoOf({ width, height, data, frameWidth, frameHeight }: Pixels): Photo {
  const toRaster = { a: width / frameWidth, b: 0, tx: 0, c: 0, d: height / frameHeight, ty: 0 };
  return { width: frameWidth, height: frameHeight, raster: { width, height, data }, toRaster };
}
