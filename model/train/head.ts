/**
 * The head on the frozen trunk: a block for each of the encoder's networks, applied to both branches with the
 * same weights. It starts as the identity.
 *
 *     linear   h(x) = W x
 *     hidden   h(x) = x + V max(0, U x)
 *
 * Neither has a bias, so h(c x) = c h(x) for c > 0: the head gives the same for a network's output as for the stored
 * embedding, which is that output scaled. It becomes the network's last layers, and converts stored embeddings.
 */
import { decodeBase64, encodeBase64 } from "../../src/crypto/base64.ts";

export type HeadKind = "linear" | "hidden";

/** Row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Matrices for one network: [W], or [U, V]. */
export type HeadBlock = readonly Matrix[];

export interface Head {
  readonly kind: HeadKind;
  /** Blocks in the order of the encoder's networks. */
  readonly blocks: readonly HeadBlock[];
}

/** Size of a block's input and output. */
function sizeOfBlock(block: HeadBlock): number {
  return block[0].columns;
}

/** Multiplies in double precision; maps an embedding [size], of any length, to [size]. */
function applyBlock(block: HeadBlock, x: Float64Array): Float64Array {
  if (block.length === 1) return multiply(block[0], x);
  const [inner, outer] = block;
  const added = multiply(
    outer,
    multiply(inner, x).map((value) => Math.max(0, value)),
  );
  return x.map((value, i) => value + added[i]);
}

/**
 * Maps an embedding of the trunk to one of the trunk with the head: as `src/face/encode.ts` does with the networks'
 * outputs, each block is scaled to unit length, and so are all together.
 *
 * Throws when the lengths do not fit, or a block has no length.
 */
export function applyHead({ blocks }: Head, values: Float32Array): Float32Array {
  const lifted = new Float32Array(values.length);
  const share = 1 / Math.sqrt(blocks.length);
  let offset = 0;
  for (const block of blocks) {
    const end = offset + sizeOfBlock(block);
    const h = applyBlock(block, Float64Array.from(values.subarray(offset, end)));
    const scale = share / Math.sqrt(h.reduce((sum, value) => sum + value * value, 0));
    if (!Number.isFinite(scale)) throw new Error("the head makes nothing of an embedding");
    lifted.set(
      h.map((value) => value * scale),
      offset,
    );
    offset = end;
  }
  if (offset !== values.length) throw new Error(`the head takes ${offset} numbers, not ${values.length}`);
  return lifted;
}

/** Length of each block behind the head, for one of the trunk's embedding that is of unit length before it. */
export function normsBehind({ blocks }: Head, values: Float32Array): number[] {
  let offset = 0;
  return blocks.map((block) => {
    const end = offset + sizeOfBlock(block);
    const own = Float64Array.from(values.subarray(offset, end));
    offset = end;
    return Math.hypot(...applyBlock(block, own)) / Math.hypot(...own);
  });
}

function multiply({ rows, columns, values }: Matrix, x: Float64Array): Float64Array {
  if (x.length !== columns) throw new Error(`a matrix of ${columns} columns meets ${x.length} numbers`);
  const product = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0, at = row * columns; i < columns; i++, at++) sum += values[at] * x[i];
    product[row] = sum;
  }
  return product;
}

/** Head in a file, written with a trained model for `npm run migrate`. */
export interface HeadFile {
  readonly kind: HeadKind;
  /** `model` of the embeddings that it takes, and of those that it makes. */
  readonly from: string;
  readonly to: string;
  /** Base64 of float32, little-endian, row-major. */
  readonly blocks: readonly (readonly {
    readonly rows: number;
    readonly columns: number;
    readonly values: string;
  }[])[];
}

export function encodeBlocks(head: Head): HeadFile["blocks"] {
  return head.blocks.map((block) =>
    block.map(({ rows, columns, values }) => ({ rows, columns, values: encodeFloats(values) })),
  );
}

/** Throws when a matrix does not have the size that it states. */
export function decodeHead({ kind, blocks }: Pick<HeadFile, "kind" | "blocks">): Head {
  return {
    kind,
    blocks: blocks.map((block) =>
      block.map(({ rows, columns, values: text }) => {
        const values = decodeFloats(text);
        if (values.length !== rows * columns) throw new Error("a matrix is not of the size that it says");
        return { rows, columns, values };
      }),
    ),
  };
}

export function encodeFloats({ buffer, byteOffset, byteLength }: Float32Array): string {
  return encodeBase64(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
}

/** Throws for text that is not base64 of floats. */
export function decodeFloats(text: string): Float32Array {
  const bytes = decodeBase64(text);
  if (bytes === undefined || bytes.length % 4 !== 0) throw new Error("weights are not base64 of floats");
  // Copied because the bytes need not be aligned to four.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
