/** Parameters of kernels: sizes, and pointers with the number of elements that may be read or written behind each. */

/** Memory that a pointer leads to: the plan's constants or the arena of values. */
export type Space = "constants" | "values";

/** C type of the elements that a pointer leads to, as `wasm/include/simd.h` names it. */
export type Element = "f32" | "s32" | "u32" | "s16" | "u16" | "s8" | "u8";

/** Arguments by name; absent ones are left out. */
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
  /** True when the pointer may be absent: `null` in a plan, 0 for the kernel. */
  readonly isOptional: boolean;
  /** Number of elements from the pointer on that the kernel may touch. */
  readonly count: (sizes: Sizes) => number;
}

export type Parameter = Size | Pointer;

export interface Kernel {
  /** Parameters in the order in which the kernel takes them. */
  readonly parameters: readonly Parameter[];
  /** Condition on the sizes taken together. */
  readonly holds: (sizes: Sizes) => boolean;
  /** Exports that compute the same result, where there are several: the first runs on every processor. */
  readonly forms?: readonly string[];
  /** Type of the result; absent for none. */
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

/** Accesses of all pointers, including those that a call leaves out. */
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

/** Declares a pointer to `count` values that are read. */
export const reads = (name: string, element: Element, count: Count) =>
  pointer(name, element, count, "values", false);

/** Declares a pointer to values that are written. */
export const writes = (name: string, element: Element, count: Count) =>
  pointer(name, element, count, "values", true);

/** Declares a pointer to constants, which are read. */
export const constant = (name: string, element: Element, count: Count) =>
  pointer(name, element, count, "constants", false);

export const optional = (parameter: Pointer): Pointer => ({ ...parameter, isOptional: true });

export const sizes = (...names: readonly string[]): Size[] => names.map((name) => ({ kind: "size", name }));
