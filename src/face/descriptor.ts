/** What the manifest says of a model beyond its bytes: how its input is made and its output read. */
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

/** `file` is the network as ONNX, which says what is computed. */
export interface ModelDescriptor extends ModelFiles {
  readonly role: string;
  readonly input: InputDescriptor;
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** A single-shot detector of MediaPipe's BlazeFace family. */
export interface DetectorDescriptor extends ModelDescriptor {
  /** Feature maps by stride (px of the input), each cell with so many anchors of unit size. */
  readonly anchors: { readonly strides: readonly number[]; readonly perCell: readonly number[] };
  /** Raw box and keypoint offsets are in input px: divide by this for fractions of the input. */
  readonly coordinateScale: number;
  readonly score: {
    /** Logits beyond this, either way, say no more. */
    readonly clip: number;
    /** Probability from which on an anchor is a face. */
    readonly minimum: number;
  };
}

export interface EncoderDescriptor extends ModelDescriptor {
  /** Where the five landmarks belong in the crop, px: eyes, nose, mouth corners, left to right. */
  readonly template: readonly (readonly number[])[];
  readonly embeddingLength: number;
}
