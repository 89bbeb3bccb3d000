/** What a kernel is told: sizes, and pointers with how much may be read or written behind each. */

/** Where a pointer leads: into the plan's constants, or into the arena of values. */
export type Space = "constants" | "values";

/** The C type of what a pointer leads to, as `wasm/include/simd.h` names it. */
export type Element = "f32" | "s32" | "u32" | "s16" | "u16" | "s8" | "u8";

/** Arguments by name, without those that are absent. */
export type Sizes = Readonly<Record<string, number>>;

/** An integer from 0 to 65,536. */
export interface Size {
  readonly kind: "size";
  readonly name: string;
}

export interface Pointer {
  readonly kind: "pointer";
  readonly name: string;
  readonly element: Element;
  readonly space: Space;
  readonly writes: boolean;
  /** Whether it may be absent: `null` in a plan, 0 for the kernel. */
  readonly isOptional: boolean;
  /** Elements from the pointer on that the kernel may touch. */
  readonly count: (sizes: Sizes) => number;
}

export type Parameter = Size | Pointer;

export interface Kernel {
  /** In the order in which the kernel takes them. */
  readonly parameters: readonly Parameter[];
  /** What must hold of the sizes besides each being one. */
  readonly holds: (sizes: Sizes) => boolean;
  /** Exports that compute the same, where these are several: the first is there on every processor. */
  readonly forms?: readonly string[];
  /** Nothing, if it is not said. */
  readonly returns?: "s32";
}

/** Bytes that a call reads or writes behind one of its pointers. */
export interface Access {
  readonly parameter: string;
  readonly space: Space;
  readonly bytes: number;
  readonly writes: boolean;
}

export const elementBytes: Readonly<Record<Element, number>> = {
  f32: 4,
  s32: 4,
  u32: 4,
  s16: 2,
  u16: 2,
  s8: 1,
  u8: 1,
};

/** Of all pointers, also those that a call leaves out. */
export function accessesOf({ parameters }: Kernel, sizes: Sizes): Access[] {
  return parameters.filter(isPointer).map(({ name, space, writes, element, count }) => ({
    parameter: name,
    space,
    writes,
    bytes: elementBytes[element] * count(sizes),
  }));
}

export function isPointer(parameter: Parameter): parameter is Pointer {
  return parameter.kind === "pointer";
}

type Count = Pointer["count"];

const pointer = (name: string, element: Element, count: Count, space: Space, writes: boolean): Pointer => ({
  kind: "pointer",
  name,
  element,
  space,
  writes,
  isOptional: false,
  count,
});

/** A pointer to values that are read, `count` of them. */
export const reads = (name: string, element: Element, count: Count) =>
  pointer(name, element, count, "values", false);

/** A pointer to values that are written. */
export const writes = (name: string, element: Element, count: Count) =>
  pointer(name, element, count, "values", true);

/** A pointer to constants, which are read. */
export const constant = (name: string, element: Element, count: Count) =>
  pointer(name, element, count, "constants", false);

export const optional = (parameter: Pointer): Pointer => ({ ...parameter, isOptional: true });

export const sizes = (...names: readonly string[]): Size[] => names.map((name) => ({ kind: "size", name }));
