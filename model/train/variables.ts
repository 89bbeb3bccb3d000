/** The head's weights while they are trained, and the head as a function on a batch. */
import "./autograd.ts";
import {
  add,
  concat,
  div,
  euclideanNorm,
  matMul,
  maximum,
  mul,
  relu,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor2d,
  type Variable,
  variable,
} from "@tensorflow/tfjs-core";
import { createRandom } from "../evaluate/statistics/random.ts";
import type { Head, HeadKind } from "./head.ts";

export interface HeadVariables {
  readonly kind: HeadKind;
  readonly sizes: readonly number[];
  /** All weights, block after block. */
  readonly all: readonly Variable[];
}

/** @param sizes numbers in each network's embedding; the head starts as the identity of them */
export function createVariables(kind: HeadKind, sizes: readonly number[], seed: number): HeadVariables {
  const all = sizes.flatMap((size, block) => {
    if (kind === "linear") return [weights(`head/${block}/w`, identity(size))];
    // Initialised as in He et al. 2015 for the layer before the ReLU; the head adds nothing while the second matrix
    // is zero.
    const random = createRandom(seed + block * 2 ** 32);
    const spread = Math.sqrt(6 / size);
    const inner = Float32Array.from({ length: size * size }, () => (2 * random() - 1) * spread);
    const outer = new Float32Array(size * size);
    return [
      weights(`head/${block}/u`, tensor2d(inner, [size, size])),
      weights(`head/${block}/v`, tensor2d(outer, [size, size])),
    ];
  });
  return { kind, sizes, all };
}

function weights(name: string, initial: Tensor2D): Variable {
  return variable(initial, true, name);
}

function identity(size: number): Tensor2D {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  return tensor2d(values, [size, size]);
}

/** Maps embeddings [n, sum of sizes] of the trunk to [n, sum of sizes], of unit length as in `applyHead`. */
export function applyVariables({ kind, sizes, all }: HeadVariables, embeddings: Tensor2D): Tensor2D {
  const share = 1 / Math.sqrt(sizes.length);
  let offset = 0;
  const parts = sizes.map((size, block) => {
    const x = slice(embeddings, [0, offset], [-1, size]);
    offset += size;
    const h =
      kind === "linear"
        ? matMul(x, all[block] as Tensor as Tensor2D, false, true)
        : add(
            x,
            matMul(
              relu(matMul(x, all[2 * block] as Tensor as Tensor2D, false, true)),
              all[2 * block + 1] as Tensor as Tensor2D,
              false,
              true,
            ),
          );
    return mul(div(h, maximum(euclideanNorm(h, 1, true), 1e-6)), share) as Tensor2D;
  });
  return concat(parts, 1);
}

/**
 * Returns the squared distance of the head from the identity: ||W - 1||^2, or ||V||^2. It keeps a head that is fitted
 * on few people near what was learned on many (Li, Grandvalet, Davoine, "Explicit inductive bias for transfer
 * learning", 2018).
 */
export function distanceFromIdentity({ kind, sizes, all }: HeadVariables): Scalar {
  const terms = sizes.map((size, block) =>
    kind === "linear"
      ? sum(square(sub(all[block] as Tensor, identity(size))))
      : sum(square(all[2 * block + 1] as Tensor)),
  );
  return terms.reduce((total, term) => add(total, term)) as Scalar;
}

/** Returns the current weights. */
export function readHead({ kind, sizes, all }: HeadVariables): Head {
  const perBlock = all.length / sizes.length;
  return {
    kind,
    blocks: sizes.map((_, block) =>
      all.slice(block * perBlock, (block + 1) * perBlock).map((each) => ({
        rows: each.shape[0]!,
        columns: each.shape[1]!,
        values: Float32Array.from(each.dataSync()),
      })),
    ),
  };
}
