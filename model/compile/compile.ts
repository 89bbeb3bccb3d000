/** Compiles an ONNX artifact to the plan that the kernels run. The same bytes always give the same plan. */
import { createHash } from "node:crypto";
import { kernels } from "../../src/inference/kernels/kernels.ts";
import type { Kernel } from "../../src/inference/kernels/parameters.ts";
import { magic, type Plan, readPlan, type Step } from "../../src/inference/kernels/plan.ts";
import { readOnnx } from "../convert/onnx/operators.ts";
import { type Arena, isReference, layOut } from "./arena.ts";
import { lower } from "./lower.ts";
import type { LoweredStep } from "./lowered.ts";

/** Throws for an operator, or a use of one, that has no kernel; the error names it. */
export function compilePlan(model: string, onnx: Uint8Array): Uint8Array {
  const lowered = lower(readOnnx(onnx));
  const arena = layOut(lowered);
  const { stored, segments, bytes } = lowered.constants.finish();
  const plan: Plan = {
    model,
    onnxSha256: createHash("sha256").update(onnx).digest("hex"),
    constantBytes: bytes,
    arenaBytes: arena.bytes,
    segments,
    input: { offset: arena.offsets.get(lowered.input)!, length: lowered.input.bytes / 4 },
    outputs: lowered.outputs.map(({ name, buffer, length }) => ({
      name,
      offset: arena.offsets.get(buffer)!,
      length,
    })),
    steps: lowered.steps.map((step) => writeStep(step, arena)),
  };
  const file = writePlan(plan, stored);
  readPlan(file);
  return file;
}

function writeStep({ kernel, arguments: named }: LoweredStep, arena: Arena): Step {
  const { parameters }: Kernel = kernels[kernel];
  const values = parameters.map(({ name }) => {
    const argument = named[name];
    if (argument === undefined) throw new Error(`${kernel} lacks ${name}`);
    if (isReference(argument)) return arena.offsets.get(argument.buffer)! + argument.offset;
    return typeof argument === "object" && argument !== null ? argument.constant : argument;
  });
  return { kernel, arguments: values };
}

function writePlan(plan: Plan, constants: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify(plan));
  const start = Math.ceil((12 + header.length) / 16) * 16;
  const file = new Uint8Array(start + constants.length);
  file.set(new TextEncoder().encode(magic));
  new DataView(file.buffer).setUint32(8, header.length, true);
  file.set(header, 12);
  file.set(constants, start);
  return file;
}
