/**
 * Converts a TensorFlow.js graph (`model.json` with its shards): a row of convolutions, maxima, activations and fully
 * connected layers, NHWC in the source and NCHW here. An operator or a use of one that it does not know is an error.
 *
 * A sigmoid at the end is left out: the artifact gives the logit. A ReLU after a maximum is moved before it, which
 * gives the same numbers and becomes part of the convolution.
 */
import { z } from "zod";
import type { Attribute, Constant, Graph, Node } from "../graph.ts";
import { floats, integers, node, sizeOf } from "../graph.ts";
import { readWeightGroups, type Weights } from "./weights.ts";

const attributeSchema = z.looseObject({
  s: z.string().optional(),
  list: z.looseObject({ i: z.array(z.string()).optional(), s: z.array(z.string()).optional() }).optional(),
});
const operatorSchema = z.looseObject({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
const fileSchema = z.looseObject({
  modelTopology: z.looseObject({ node: z.array(operatorSchema) }),
  weightsManifest: z.unknown(),
});

type TfjsOperator = z.infer<typeof operatorSchema>;

export interface GraphModelOptions {
  readonly name: string;
  /** NCHW */
  readonly inputShape: readonly number[];
  readonly outputName: string;
}

export function convertGraphModel(
  file: Uint8Array,
  readShard: (path: string) => Uint8Array,
  options: GraphModelOptions,
): Graph {
  const { modelTopology, weightsManifest } = fileSchema.parse(JSON.parse(new TextDecoder().decode(file)));
  const row = new Row(readWeightGroups(weightsManifest, readShard), options);
  for (const operator of inOrder(modelTopology.node)) row.take(operator);
  return row.finish();
}

/** Returns the operators from the input to the output. Throws unless each reads the one before it. */
function inOrder(operators: readonly TfjsOperator[]): TfjsOperator[] {
  const steps = operators.filter(({ op }) => op !== "Const");
  let last = steps.find(({ op }) => op === "Placeholder")?.name;
  return steps
    .filter(({ op }) => op !== "Placeholder" && op !== "Identity")
    .map((operator) => {
      if (operator.input[0] !== last) throw new Error(`${operator.name} does not follow ${last}`);
      last = operator.name;
      return operator;
    });
}

class Row {
  readonly #weights: Weights;
  readonly #options: GraphModelOptions;
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #shapes = new Map<string, readonly number[]>();
  #last = "input";
  #shape: readonly number[];

  constructor(weights: Weights, options: GraphModelOptions) {
    this.#weights = weights;
    this.#options = options;
    this.#shape = options.inputShape;
  }

  take(operator: TfjsOperator): void {
    switch (operator.op) {
      case "_FusedConv2D":
        this.#convolve(operator);
        break;
      case "MaxPool":
        this.#pool(operator);
        break;
      case "Relu":
        this.#activate();
        break;
      case "Reshape":
        this.#emit("Reshape", "flat", [1, sizeOf(this.#shape)], {
          flat: integers([1, sizeOf(this.#shape)]),
        });
        break;
      case "_FusedMatMul":
        this.#multiply(operator);
        break;
      case "Sigmoid":
        break;
      default:
        throw new Error(`the operator ${operator.op} (${operator.name}) is not known`);
    }
  }

  finish(): Graph {
    const { name, inputShape, outputName } = this.#options;
    const last = this.#nodes.pop()!;
    this.#shapes.delete(last.outputs[0]);
    this.#shapes.set(outputName, this.#shape);
    return {
      name,
      input: { name: "input", shape: inputShape },
      outputs: [{ name: outputName, shape: this.#shape }],
      nodes: [...this.#nodes, { ...last, outputs: [outputName] }],
      constants: this.#constants,
      shapes: this.#shapes,
    };
  }

  #convolve(operator: TfjsOperator): void {
    assertPlain(operator);
    const { shape, data } = this.#weight(operator.input[1]);
    const [height, width, inputs, outputs] = shape;
    // [H][W][inputs][outputs] becomes [outputs][inputs][H][W].
    const weights = data.map((_, i) => {
      const place = i % (height * width);
      const input = Math.floor(i / (height * width)) % inputs;
      const output = Math.floor(i / (height * width * inputs));
      return data[(place * inputs + input) * outputs + output];
    });
    const [, , rows, columns] = this.#shape;
    this.#emit(
      "Conv",
      "convolved",
      [1, outputs, rows - height + 1, columns - width + 1],
      { weights: floats([outputs, inputs, height, width], weights), bias: this.#bias(operator) },
      { kernel_shape: [height, width], strides: [1, 1], pads: [0, 0, 0, 0], group: 1 },
    );
    for (const operation of fusedOperations(operator).slice(1)) this.#fused(operation);
  }

  #pool({ attr }: TfjsOperator): void {
    const [, rows, columns] = numbers(attr.ksize);
    const [, down, across] = numbers(attr.strides);
    if (text(attr.padding?.s) !== "VALID" || rows !== columns || down !== across)
      throw new Error("another maximum");
    const [, channels, height, width] = this.#shape;
    const size = (length: number) => Math.floor((length - rows) / down) + 1;
    this.#emit(
      "MaxPool",
      "pooled",
      [1, channels, size(height), size(width)],
      {},
      { kernel_shape: [rows, rows], strides: [down, down], pads: [0, 0, 0, 0] },
    );
  }

  /** Adds a ReLU, before the maximum if there is one. */
  #activate(): void {
    const pool = this.#nodes.at(-1);
    if (pool?.op !== "MaxPool") {
      this.#emit("Relu", "positive", this.#shape);
      return;
    }
    const [before] = pool.inputs;
    const relu = `${before}/positive`;
    this.#nodes.splice(-1, 1, node("Relu", [before], relu), { ...pool, inputs: [relu] });
    this.#shapes.set(relu, this.#shapes.get(before)!);
  }

  /** The source's rows are in the order of pixels, then channels; here channels come first. */
  #multiply(operator: TfjsOperator): void {
    const { shape, data } = this.#weight(operator.input[1]);
    const [inputs, outputs] = shape;
    const flattened = this.#nodes.at(-1)?.op === "Reshape" ? this.#nodes.at(-1)!.inputs[0] : undefined;
    const [, channels, height, width] =
      flattened === undefined ? [1, inputs, 1, 1] : this.#shapes.get(flattened)!;
    const weights = data.map((_, i) => {
      const [output, input] = [Math.floor(i / inputs), i % inputs];
      const [channel, pixel] = [Math.floor(input / (height * width)), input % (height * width)];
      return data[(pixel * channels + channel) * outputs + output];
    });
    this.#emit(
      "Gemm",
      "connected",
      [1, outputs],
      { weights: floats([outputs, inputs], weights), bias: this.#bias(operator) },
      { transB: 1 },
    );
    for (const operation of fusedOperations(operator).slice(1)) this.#fused(operation);
  }

  #fused(operation: string): void {
    if (operation !== "Relu") throw new Error(`${operation} is not known`);
    this.#activate();
  }

  #bias(operator: TfjsOperator): Constant {
    const { shape, data } = this.#weight(operator.input[2]);
    return floats(shape, data);
  }

  #weight(name: string) {
    const found = this.#weights.get(name);
    if (found === undefined) throw new Error(`there is no weight ${name}`);
    return found;
  }

  #emit(
    op: string,
    kind: string,
    shape: readonly number[],
    constants: Readonly<Record<string, Constant>> = {},
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    const output = `${this.#nodes.length}/${kind}`;
    const names = Object.entries(constants).map(([part, constant]) => {
      this.#constants.set(`${output}/${part}`, constant);
      return `${output}/${part}`;
    });
    this.#nodes.push(node(op, [this.#last, ...names], output, attributes));
    this.#shapes.set(output, shape);
    [this.#last, this.#shape] = [output, shape];
  }
}

function assertPlain({ name, attr }: TfjsOperator): void {
  const isOne = (part: z.infer<typeof attributeSchema> | undefined) =>
    numbers(part).every((value) => value === 1);
  if (text(attr.padding?.s) !== "VALID" || !isOne(attr.strides) || !isOne(attr.dilations))
    throw new Error(`${name} is another convolution`);
}

/** Returns the operations of a fused operator in their order. Throws unless the first one adds the bias. */
function fusedOperations({ name, attr }: TfjsOperator): string[] {
  const operations = (attr.fused_ops?.list?.s ?? []).map(text);
  if (operations[0] !== "BiasAdd") throw new Error(`${name} has no bias`);
  return operations;
}

const numbers = (attribute: z.infer<typeof attributeSchema> | undefined) =>
  (attribute?.list?.i ?? []).map(Number);
/** Strings of attributes are in base64. */
const text = (encoded: string | undefined) => Buffer.from(encoded ?? "", "base64").toString();
