/**
 * A plan: the list of steps to which a network is compiled. Steps are calls of kernels in order; their pointers are
 * offsets into the plan's constants or into an arena of values that is laid out at build.
 *
 * The file is 8 bytes of magic, the length of the header (u32, little-endian), the header as JSON in UTF-8, zeros up
 * to a multiple of 16, and constants as in `segments.ts`.
 */
import { type KernelName, kernels } from "./kernels.ts";
import { type Access, accessesOf, isPointer, type Kernel } from "./parameters.ts";
import { bitmapBytes, type Segment, storedBytes, unitsOf } from "./segments.ts";

export const magic = "SFPLAN2\n";

export interface Plan {
  readonly model: string;
  /** SHA-256 of the ONNX file that it was compiled from. */
  readonly onnxSha256: string;
  /** Bytes that the constants take in memory, and the values. */
  readonly constantBytes: number;
  readonly arenaBytes: number;
  readonly segments: readonly Segment[];
  /** Float32 planes of [3][height][width], in the arena. */
  readonly input: Region;
  readonly outputs: readonly (Region & { readonly name: string })[];
  readonly steps: readonly Step[];
}

export interface Region {
  readonly offset: number;
  /** Number of floats. */
  readonly length: number;
}

export interface Step {
  readonly kernel: KernelName;
  /** Arguments by the kernel's parameters; `null` for an absent pointer. */
  readonly arguments: readonly (number | null)[];
}

/** A plan that breaks a rule, because of a broken build or a tampered file. */
export class PlanError extends Error {
  override name = "PlanError";
}

/** Most memory that a plan may ask for: far more than any model here, far less than an isolate has. */
const maxBytes = 32 << 20;
const maxSize = 65_536;

/** Reads a plan and checks everything except the number of bits in its bitmaps. Throws `PlanError`. */
export function readPlan(file: Uint8Array): { plan: Plan; constants: Uint8Array } {
  const magicBytes = new TextEncoder().encode(magic);
  if (file.length < 12 || !magicBytes.every((byte, i) => file[i] === byte)) throw new PlanError("not a plan");
  const headerBytes = new DataView(file.buffer, file.byteOffset).getUint32(8, true);
  const start = Math.ceil((12 + headerBytes) / 16) * 16;
  if (start > file.length) throw new PlanError("the header is cut off");
  const plan = parseHeader(file.subarray(12, 12 + headerBytes));
  const constants = file.subarray(start);
  checkPlan(plan, constants);
  return { plan, constants };
}

function parseHeader(bytes: Uint8Array): Plan {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) as Plan;
  } catch {
    throw new PlanError("the header is not JSON");
  }
}

function checkPlan(plan: Plan, constants: Uint8Array): void {
  require(isRecord(plan) && isBytes(plan.constantBytes) && isBytes(plan.arenaBytes), "sizes");
  require(typeof plan.model === "string" && typeof plan.onnxSha256 === "string", "names");
  require([plan.segments, plan.outputs, plan.steps].every(Array.isArray), "lists");
  checkSegments(plan, constants);
  for (const region of [plan.input, ...plan.outputs]) {
    require(isRecord(region) && isBytes(region.offset) && isInteger(region.length, maxBytes), "a region");
    require(region.offset + 4 * region.length <= plan.arenaBytes, "a region's bounds");
  }
  for (const output of plan.outputs) require(typeof output.name === "string", "an output's name");
  for (const step of plan.steps) checkStep(plan, step);
}

function checkSegments({ segments, constantBytes }: Plan, constants: Uint8Array): void {
  let stored = 0;
  let bytes = 0;
  for (const segment of segments) {
    require(isRecord(segment) && isBytes(segment.bytes), "a segment");
    require(segment.type === "half" || segment.type === "raw", "a segment's type");
    const isSparse = segment.present !== undefined;
    require(!isSparse || isInteger(segment.present, unitsOf(segment)), "a segment's count of units");
    const end = stored + storedBytes(segment);
    require(end <= constants.length, "the length of the constants");
    require(!isSparse || endsWithin(constants.subarray(stored), unitsOf(segment)), "a bitmap's end");
    stored = end;
    bytes += segment.bytes;
  }
  require(stored === constants.length && bytes === constantBytes, "the length of the constants");
}

/** True when a bitmap has no bit beyond the last of its units. Its bits are counted when the units are placed. */
function endsWithin(bitmap: Uint8Array, units: number): boolean {
  if (units % 32 === 0) return true;
  const last = new DataView(bitmap.buffer, bitmap.byteOffset).getUint32(bitmapBytes(units) - 4, true);
  return last >>> (units % 32) === 0;
}

/**
 * Throws unless every pointer leads to memory that its kernel may touch, and a kernel writes nothing that it reads.
 */
function checkStep(plan: Plan, step: Step): void {
  require(isRecord(step) &&
    typeof step.kernel === "string" &&
    Object.hasOwn(kernels, step.kernel), "a kernel");
  const kernel: Kernel = kernels[step.kernel];
  require(Array.isArray(step.arguments) && step.arguments.length === kernel.parameters.length, "arguments");
  const named: Record<string, number> = {};
  kernel.parameters.forEach((parameter, i) => {
    const value = step.arguments[i];
    const { name } = parameter;
    if (value === null) {
      require(isPointer(parameter) && parameter.isOptional, `${step.kernel}: ${name} is missing`);
      return;
    }
    require(isInteger(value, isPointer(parameter) ? maxBytes : maxSize), `${step.kernel}: ${name}`);
    named[name] = value;
  });
  require(kernel.holds(named), `${step.kernel}: sizes`);
  require(named.activation !== 2 || named.slope !== undefined, `${step.kernel}: no slope`);
  for (const [size, pointers] of needed) {
    const isMissing = named[size] > 0 && pointers.some((pointer) => named[pointer] === undefined);
    require(!isMissing, `${step.kernel}: ${size} of nothing`);
  }
  const hasCodes = named.quantized !== undefined;
  require(!hasCodes || (named.inverseScale !== undefined && named.zeroPoint !== undefined), "no quantizer");
  checkBounds(plan, step.kernel, accessesOf(kernel, named), named);
}

/** Sizes above zero for which pointers must be present. */
const needed: readonly (readonly [size: string, pointers: readonly string[]])[] = [
  ["residualChannels", ["residual"]],
  ["fineDepth", ["fine"]],
  ["fineChannels", ["quantized", "quantizedFine"]],
];

function checkBounds(
  plan: Plan,
  kernel: string,
  accesses: readonly Access[],
  named: Readonly<Record<string, number>>,
): void {
  const present = accesses.filter(({ parameter }) => named[parameter] !== undefined);
  for (const { parameter, space, bytes } of present) {
    const limit = space === "constants" ? plan.constantBytes : plan.arenaBytes;
    require(named[parameter] % 4 === 0 && named[parameter] + bytes <= limit, `${kernel}: ${parameter}`);
  }
  for (const written of present.filter((access) => access.writes)) {
    for (const other of present) {
      if (other === written || other.space !== "values") continue;
      const [from, otherFrom] = [named[written.parameter], named[other.parameter]];
      const apart = from + written.bytes <= otherFrom || otherFrom + other.bytes <= from;
      require(apart, `${kernel}: ${written.parameter} overlaps ${other.parameter}`);
    }
  }
}

function isInteger(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isBytes(value: unknown): boolean {
  return isInteger(value, maxBytes) && (value as number) % 4 === 0;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function require(holds: boolean, what: string): void {
  if (!holds) throw new PlanError(`not a sound plan: ${what}`);
}
