/** Places buffers in one arena, so that buffers in use at the same time do not overlap. */
import type { Buffer, BufferReference, Lowered } from "./lowered.ts";

export interface Arena {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<Buffer, number>;
}

/** A buffer begins at a multiple of a cache line. */
const alignment = 64;

interface Life {
  readonly buffer: Buffer;
  readonly size: number;
  first: number;
  last: number;
}

/** Places the largest buffers first, each at the lowest address that is free for all of its life. */
export function layOut({ steps, input, outputs }: Lowered): Arena {
  const lives = new Map<Buffer, Life>();
  const use = (buffer: Buffer, step: number) => {
    const size = Math.ceil(buffer.bytes / alignment) * alignment;
    const life = lives.get(buffer) ?? { buffer, size, first: step, last: step };
    life.last = Math.max(life.last, step);
    lives.set(buffer, life);
  };
  use(input, -1);
  steps.forEach((step, i) => {
    for (const argument of Object.values(step.arguments)) if (isReference(argument)) use(argument.buffer, i);
  });
  for (const { buffer } of outputs) use(buffer, steps.length);

  const placed: (Life & { offset: number })[] = [];
  for (const life of [...lives.values()].sort((a, b) => b.size - a.size || a.first - b.first)) {
    const rivals = placed
      .filter((other) => other.first <= life.last && life.first <= other.last)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const rival of rivals) {
      if (offset + life.size <= rival.offset) break;
      offset = Math.max(offset, rival.offset + rival.size);
    }
    placed.push({ ...life, offset });
  }
  return {
    bytes: Math.max(...placed.map(({ offset, size }) => offset + size)),
    offsets: new Map(placed.map(({ buffer, offset }) => [buffer, offset])),
  };
}

export function isReference(argument: unknown): argument is BufferReference {
  return typeof argument === "object" && argument !== null && "buffer" in argument;
}
