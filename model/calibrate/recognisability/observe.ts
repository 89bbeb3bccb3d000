/** Runs the production pipeline and keeps the findings of its stages, which it does not answer. */
import { readFileSync } from "node:fs";
import type { Detection } from "../../../src/face/detection/detect.ts";
import type { LocatedLandmarks } from "../../../src/face/detection/landmarks.ts";
import { selectFace } from "../../../src/face/detection/select.ts";
import type { Encoding } from "../../../src/face/encode.ts";
import { type Measured, measureQuality } from "../../../src/face/quality/quality.ts";
import type { Photo } from "../../../src/image/photo.ts";
import { createStages } from "../../../src/models.ts";
import { kernelsInNode, modelPath, openSampler, photoOpener, readManifest } from "../../runtime.ts";

/** Findings of the pipeline's stages for one face. */
export interface Observed {
  readonly encoding: Encoding;
  readonly located: LocatedLandmarks;
  readonly detection: Detection;
  readonly quality: Measured;
  /** Place of the detector that found it; the first is 0. */
  readonly detector: number;
}

/** Longest side of the decoded photo, px: one decode serves every stage. */
const largestSidePx = 1000;

export interface Observer {
  /** Throws for a file that cannot be decoded. */
  decode(file: Uint8Array): Promise<Photo>;
  /** Finds the face nearest the middle. Null where no face was found or landmarks did not span one. */
  observe(photo: Photo): Promise<Observed | null>;
}

export async function openObserver(): Promise<Observer> {
  const openPhoto = photoOpener();
  const { model } = await kernelsInNode.open();
  const bytesOf = (file: string) => readFileSync(modelPath(file));
  const factory = { artifactOf: kernelsInNode.artifactOf, createModel: model };
  const stages = createStages(readManifest(), bytesOf, factory, openSampler());
  return {
    async decode(bytes) {
      const opened = await openPhoto(bytes);
      if (!opened.ok) throw new Error(opened.failure.code);
      const file = opened.value;
      const decoded = await file.decode({
        scaleAtLeast: Math.min(1, largestSidePx / Math.max(file.width, file.height)),
      });
      if (!decoded.ok) throw new Error(decoded.failure.code);
      return decoded.value;
    },
    async observe(photo) {
      for (const [detector, { detect }] of stages.detectors.entries()) {
        const found = await detect(photo);
        if (!found.ok) throw new Error(found.failure.code);
        if (found.value.length === 0) continue;
        const selected = selectFace(found.value, "center", photo);
        if (!selected.ok) return null;
        const located = await stages.landmarks.find(photo, selected.value);
        if (!located.ok) throw new Error(located.failure.code);
        const encoded = await stages.encoder.encode(photo, located.value.landmarks);
        if (!encoded.ok) return null;
        const { cropCorners, appearance } = encoded.value;
        return {
          encoding: encoded.value,
          located: located.value,
          detection: selected.value,
          quality: measureQuality(selected.value, located.value.landmarks, photo, cropCorners, appearance),
          detector,
        };
      }
      return null;
    },
  };
}
