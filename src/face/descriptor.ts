/** The manifest's description of a model: how its input is made and its output read. */
import type { ModelFiles } from "../inference/engine.ts";

export interface InputDescriptor {
  readonly name: string;
  /** NCHW, batch 1, 3 channels. */
  readonly shape: readonly number[];
  /** Channel order; every model here takes RGB. */
  readonly colour: string;
  /** y = (x - mean) * scale, x in 0..255, per channel. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** Description of any model; `file` is the network as ONNX. */
export interface ModelDescriptor extends ModelFiles {
  readonly role: string;
  readonly input: InputDescriptor;
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** A single-shot detector of MediaPipe's BlazeFace family. */
export interface DetectorDescriptor extends ModelDescriptor {
  /** Feature maps by stride (px of the input), and the number of anchors of unit size in each cell. */
  readonly anchors: { readonly strides: readonly number[]; readonly perCell: readonly number[] };
  /** Raw box and keypoint offsets are in input px: divide by this for fractions of the input. */
  readonly coordinateScale: number;
  readonly score: {
    /** Logits are clipped to this in both directions. */
    readonly clip: number;
    /** Least probability at which an anchor counts as a face. */
    readonly minimum: number;
  };
}

export interface EncoderDescriptor extends ModelDescriptor {
  /** Places of the five landmarks in the crop, px: eyes, nose, mouth corners, left to right. */
  readonly template: readonly (readonly number[])[];
  readonly embeddingLength: number;
}

/** A network that says whether a photo shows a person or a picture of one. */
export interface PassiveDescriptor extends ModelDescriptor {
  /** Side of the square that the network sees, in longer sides of the detector's box. */
  readonly reach: number;
}
