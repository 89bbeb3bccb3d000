/** State of lowering: the graph, and the steps and values made of it so far. */
import type { KernelName } from "../../src/inference/kernels/kernels.ts";
import type { OnnxGraph, Operator, Tensor } from "../convert/onnx/operators.ts";
import { createConstants } from "./constants.ts";
import type { Buffer, BufferReference, Depthwise, LoweredStep, Shorts, Value } from "./lowered.ts";
import { inFours } from "./pack.ts";

export class Builder {
  readonly graph: OnnxGraph;
  readonly consumers = new Map<string, Operator[]>();
  readonly outputs: ReadonlySet<string>;
  readonly values = new Map<string, Value>();
  /** Operators that are already part of a step. */
  readonly fused = new Set<Operator>();
  readonly steps: LoweredStep[] = [];
  readonly constants = createConstants();
  readonly input: Buffer;
  /**
   * True to compute convolutions in shorts: in a network without codes. Codes turn any other rounding before them into
   * noise of their own size.
   */
  readonly usesShorts: boolean;
  /** Values that a step has converted to shorts. */
  /** Depthwise convolutions that are part of a later step, by the names of their results. */
  readonly depthwise = new Map<string, Depthwise>();
  readonly shorts = new Map<Buffer, Shorts>();

  constructor(graph: OnnxGraph) {
    this.graph = graph;
    this.outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const operator of graph.operators) {
      for (const input of operator.inputs) {
        const readers = this.consumers.get(input) ?? [];
        this.consumers.set(input, [...readers, operator]);
      }
    }
    this.usesShorts = graph.operators.every(({ op }) => op !== "MatMulInteger");
    this.input = { bytes: 4 * size(graph.input.shape) };
  }

  define(name: string, height: number, width: number, channels: number, stored = inFours(channels)): Value {
    const value = { ...this.make(height, width, stored), channels };
    this.values.set(name, value);
    return value;
  }

  make(height: number, width: number, channels: number): Value {
    return { buffer: { bytes: 4 * height * width * channels }, height, width, channels, quantized: null };
  }

  /** Returns a value as shorts, from a step that is made when they are first wanted. */
  shortened(value: Value, most: number): Shorts {
    const known = this.shorts.get(value.buffer);
    if (known !== undefined) return known;
    const pixels = value.height * value.width;
    const channels = inFours(value.channels);
    const made = { values: { bytes: 2 * pixels * channels }, scale: { bytes: 4 }, most };
    this.shorts.set(value.buffer, made);
    this.step("shorten", {
      input: at(value),
      output: { buffer: made.values, offset: 0 },
      scale: { buffer: made.scale, offset: 0 },
      pixels,
      channels,
      mostShort: most,
    });
    return made;
  }

  step(kernel: KernelName, args: LoweredStep["arguments"]): void {
    this.steps.push({ kernel, arguments: args });
  }

  /** Returns the only operator that reads a value; null if there are several or the value is an output. */
  only(name: string): Operator | null {
    const readers = this.consumers.get(name) ?? [];
    return readers.length === 1 && !this.outputs.has(name) ? readers[0] : null;
  }

  /** True when a step that is still to come reads a value as floats, or it is an output. */
  readsFloats(name: string): boolean {
    const readers = this.consumers.get(name) ?? [];
    return (
      this.outputs.has(name) || readers.some((each) => each.op !== "QuantizeLinear" && !this.fused.has(each))
    );
  }

  value(name: string): Value {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`nothing makes ${name}`);
    return value;
  }

  constant(name: string): Tensor {
    const constant = this.graph.constants.get(name);
    if (constant === undefined) throw new Error(`${name} is not a constant`);
    return constant;
  }

  floats(name: string): Float32Array {
    const { data } = this.constant(name);
    if (!(data instanceof Float32Array)) throw new Error(`${name} is not of floats`);
    return data;
  }
}

export const at = ({ buffer }: Value): BufferReference => ({ buffer, offset: 0 });
export const size = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);
export const inEights = (channels: number) => Math.ceil(channels / 8) * 8;

export function integers({ integers: all, op, name }: Operator, attribute: string): readonly number[] {
  const found = all.get(attribute);
  if (found === undefined) throw new Error(`${op} (${name}) has no ${attribute}`);
  return found;
}
