/** Result of lowering: steps, and the values that they read and write. */
import type { KernelName } from "../../src/inference/kernels/kernels.ts";
import type { Tensor } from "../convert/onnx/operators.ts";
import type { Constants } from "./constants.ts";

/** Memory that steps read and write. Channels are stored in fours, unless `dense` is set. */
export interface Buffer {
  readonly bytes: number;
}

export interface Lowered {
  readonly steps: readonly LoweredStep[];
  readonly constants: Constants;
  readonly input: Buffer;
  readonly outputs: readonly { readonly name: string; readonly buffer: Buffer; readonly length: number }[];
}

export interface LoweredStep {
  readonly kernel: KernelName;
  readonly arguments: Readonly<Record<string, Argument>>;
}

/** An argument: a number, a constant, or a place in a buffer. */
export type Argument = number | null | ConstantReference | BufferReference;
export interface ConstantReference {
  readonly constant: number;
}
export interface BufferReference {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** A value of the network, [height][width][channels]. */
export interface Value {
  readonly buffer: Buffer;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly quantized: Quantization | null;
}

/** A value as shorts, and their scale (`wasm/include/shorts.h`). */
export interface Shorts {
  readonly values: Buffer;
  readonly scale: Buffer;
  /** Greatest magnitude of a short. */
  readonly most: number;
}

/** Depthwise convolution that becomes part of the step of the only one that reads it. */
export interface Depthwise {
  readonly input: BufferReference;
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  readonly weights: Tensor;
  readonly bias: Float32Array;
}

/** Codes with a scale and a zero point for each channel; the first channels may have fine codes as well. */
export interface Quantization {
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
  readonly fine: Value | null;
}
