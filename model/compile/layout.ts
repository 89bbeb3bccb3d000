/**
 * Chooses the blocked layout, [channels / 4][height][width][4], for the values that only steps capable of it make and
 * read. A depthwise convolution into codes reads only blocked values; other kernels prefer pixels one after another.
 */
import { isReference } from "./arena.ts";
import type { Buffer, LoweredStep } from "./lowered.ts";

/** Parameters that may be blocked; those of one step that share a flag have the same layout. */
const able: Readonly<Partial<Record<LoweredStep["kernel"], readonly string[]>>> = {
  convolution: ["output"],
  convolutionShorts: ["output"],
  pointwise: ["residual", "output"],
  depthwiseBlocked: ["input"],
};

/** @param kept buffers that are read as pixels when all steps are done: the network's outputs */
export function chooseLayouts(steps: readonly LoweredStep[], kept: ReadonlySet<Buffer>): LoweredStep[] {
  const plain = new Set(kept);
  for (const { kernel, arguments: named } of steps) {
    for (const [name, argument] of Object.entries(named)) {
      if (isReference(argument) && !able[kernel]?.includes(name)) plain.add(argument.buffer);
    }
  }
  // A value that shares a flag with a plain one is plain too, and so on until nothing changes.
  for (let before = -1; before !== plain.size; ) {
    before = plain.size;
    for (const step of steps) {
      const buffers = buffersOf(step);
      if (buffers.some((buffer) => plain.has(buffer))) for (const buffer of buffers) plain.add(buffer);
    }
  }
  return steps.map((step) => {
    const isPlain = buffersOf(step).some((buffer) => plain.has(buffer));
    if (step.kernel === "depthwiseBlocked" && isPlain) throw new Error("a blocked value is read as pixels");
    if (step.arguments.isBlocked === undefined || isPlain || buffersOf(step).length === 0) return step;
    return { ...step, arguments: { ...step.arguments, isBlocked: 1 } };
  });
}

function buffersOf({ kernel, arguments: named }: LoweredStep): Buffer[] {
  return (able[kernel] ?? []).flatMap((name) => {
    const argument = named[name];
    return isReference(argument) ? [argument.buffer] : [];
  });
}
