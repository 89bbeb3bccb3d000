/**
 * Fits the head: epochs of mined batches with Adam. After each epoch it measures the validation people, stops when
 * they have not improved for a while, and keeps the best head. Equal seeds give equal heads, also when a run is
 * broken off and resumed.
 */
import "./autograd.ts";
import {
  add,
  dispose,
  mul,
  type Scalar,
  stack,
  type Tensor2D,
  tensor,
  tensor1d,
  tidy,
  train,
  type Variable,
} from "@tensorflow/tfjs-core";
import { createRandom } from "../evaluate/statistics/random.ts";
import { drawBatches, type EmbeddingBatch, type TrainingSet } from "./batches.ts";
import type { Checkpoint, EpochRecord } from "./checkpoint.ts";
import { decodeFloats, decodeHead, encodeBlocks, encodeFloats, type Head, type HeadKind } from "./head.ts";
import { type LossName, prepareLoss } from "./losses/loss.ts";
import type { Mining } from "./mining.ts";
import {
  applyVariables,
  createVariables,
  distanceFromIdentity,
  type HeadVariables,
  readHead,
} from "./variables.ts";

export interface FitOptions {
  readonly head: HeadKind;
  readonly loss: LossName;
  readonly mining: Mining;
  readonly learningRate: number;
  /** Weight of the squared distance from the identity, per batch. */
  readonly decay: number;
  readonly epochs: number;
  /** Epochs without a better verdict before training ends. */
  readonly patience: number;
  readonly seed: number;
}

export interface FitHooks {
  /** Measures people that are not trained on; larger is better. */
  validate(head: Head): number;
  /** Stores the state after each epoch, from which a later run can start. */
  save?(checkpoint: Checkpoint): void;
  /** State of an earlier run to continue from. */
  readonly resume?: Checkpoint | undefined;
  /** Reports the share of the epoch that is done. */
  progress?(epoch: number, share: number): void;
}

export interface Fitted {
  readonly head: Head;
  /** 0 when no epoch was better than the identity. */
  readonly bestEpoch: number;
  readonly history: readonly EpochRecord[];
}

/** @param sizes numbers of each network's embedding */
export async function fitHead(
  set: TrainingSet,
  sizes: readonly number[],
  options: FitOptions,
  { validate, save, resume, progress }: FitHooks,
): Promise<Fitted> {
  const variables = createVariables(options.head, sizes, options.seed);
  const optimizer = train.adam(options.learningRate);
  if (resume !== undefined) await restore(variables, optimizer, resume);
  const identity = readHead(variables);
  let best = resume && decodeHead({ kind: options.head, blocks: resume.best });
  const history = resume === undefined ? [] : [...resume.history];
  if (best === undefined) {
    best = identity;
    history.push({ epoch: 0, loss: null, verdict: validate(identity) });
  }
  const bestRecord = () => history.reduce((top, each) => (each.verdict > top.verdict ? each : top));
  try {
    for (let epoch = history.length; epoch <= options.epochs; epoch++) {
      if (epoch - 1 - bestRecord().epoch >= options.patience) break;
      const random = createRandom(options.seed + epoch * 2 ** 32);
      const batches = drawBatches(set, random);
      const losses: number[] = [];
      for (const [k, batch] of batches.entries()) {
        const loss = step(variables, optimizer, batch, options, random);
        if (loss !== null) losses.push(loss);
        progress?.(epoch, (k + 1) / batches.length);
      }
      if (losses.length === 0) throw new Error("there is nothing to compare: nobody has two photos");
      const head = readHead(variables);
      const loss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
      const verdict = validate(head);
      if (verdict > bestRecord().verdict) best = head;
      history.push({ epoch, loss, verdict });
      const checkpoint = await snapshot(variables, optimizer, best, history);
      save?.(checkpoint);
      // Restored even within one run: Adam counts its powers anew on resuming and rounds differently, and both ways
      // must agree.
      await restore(variables, optimizer, checkpoint);
    }
    return { head: best, bestEpoch: bestRecord().epoch, history };
  } finally {
    dispose([...variables.all]);
    optimizer.dispose();
  }
}

type Adam = ReturnType<typeof train.adam>;

/** Takes one gradient step on one batch. Null when nothing in it can be compared. */
function step(
  variables: HeadVariables,
  optimizer: Adam,
  { embeddings, ...batch }: EmbeddingBatch,
  { loss: name, mining, decay }: FitOptions,
  random: () => number,
): number | null {
  let own: number | null = null;
  tidy(() => {
    const x = stack(embeddings.map((values) => tensor1d(values))) as Tensor2D;
    const distance = name === "npair" ? () => 0 : distanceTable(applyVariables(variables, x));
    const loss = prepareLoss(name, batch, mining, distance, random);
    if (loss === null) return;
    optimizer.minimize(
      () => {
        const fitted = loss(applyVariables(variables, x));
        own = fitted.dataSync()[0];
        return add(fitted, mul(distanceFromIdentity(variables), decay)) as Scalar;
      },
      false,
      [...variables.all] as Variable[],
    );
  });
  if (own !== null && !Number.isFinite(own))
    throw new Error("the loss is not finite: try a lower --learning-rate");
  return own;
}

function distanceTable(embeddings: Tensor2D): (a: number, b: number) => number {
  const [count, size] = embeddings.shape;
  const values = embeddings.dataSync();
  const table = new Float32Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < a; b++) {
      let dot = 0;
      for (let i = 0; i < size; i++) dot += values[a * size + i] * values[b * size + i];
      // D^2 = 2 - 2 cos for unit vectors.
      table[a * count + b] = table[b * count + a] = Math.sqrt(Math.max(0, 2 - 2 * dot));
    }
  }
  return (a, b) => table[a * count + b];
}

async function snapshot(
  variables: HeadVariables,
  optimizer: Adam,
  best: Head,
  history: readonly EpochRecord[],
): Promise<Checkpoint> {
  const moments = await optimizer.getWeights();
  const kept = ({ name, tensor: values }: (typeof moments)[number]) => ({
    name,
    shape: values.shape,
    values: encodeFloats(Float32Array.from(values.dataSync())),
  });
  return {
    history: [...history],
    best: encodeBlocks(best),
    variables: variables.all.map((each) => encodeFloats(Float32Array.from(each.dataSync()))),
    optimizer: moments.map(kept),
  };
}

async function restore(variables: HeadVariables, optimizer: Adam, checkpoint: Checkpoint): Promise<void> {
  variables.all.forEach((each, i) => {
    each.assign(tensor(decodeFloats(checkpoint.variables[i]), each.shape));
  });
  const moments = checkpoint.optimizer.map(({ name, shape, values }) => ({
    name,
    tensor: tensor(decodeFloats(values), [...shape], name === "iter" ? "int32" : "float32"),
  }));
  await optimizer.setWeights(moments);
}
