/**
 * Writes two headers from the table of kernels (`src/inference/kernels/kernels.ts`), so that no signature is written
 * twice: the prototypes, against which the compiler checks every kernel's definition, and the native program's calls.
 * `npm run wasm:build` runs it, and a test compares the headers.
 */
import { type HelperName, helpers, type KernelName, kernels } from "../src/inference/kernels/kernels.ts";
import { isPointer, type Kernel, type Parameter } from "../src/inference/kernels/parameters.ts";

const all: Readonly<Record<string, Kernel>> = { ...kernels, ...helpers };

export type NativeName = KernelName | HelperName;

/** Kernels in the order of their numbers in the native program. */
export const nativeNames = Object.keys(all) as readonly NativeName[];

/** Returns both headers by path, relative to this folder. */
export function headers(): Readonly<Record<string, string>> {
  return { "include/signatures.h": prototypes(), "native-calls.h": nativeCalls() };
}

const notice = "Written by wasm/signatures.ts from src/inference/kernels/kernels.ts.";

function prototypes(): string {
  const lines = Object.entries(all).flatMap(([name, kernel]) =>
    (kernel.forms ?? [name]).map((form) =>
      wrap(`${kernel.returns ?? "void"} ${form}(${kernel.parameters.map(declare).join(", ")});`),
    ),
  );
  return [
    `/** Parameters of each kernel. ${notice} */`,
    "#ifndef SAMEFACE_SIGNATURES_H",
    "#define SAMEFACE_SIGNATURES_H",
    "",
    ...lines,
    "",
    "#endif",
    "",
  ].join("\n");
}

/** Calls the first of several forms, which every processor runs. */
function nativeCalls(): string {
  const cases = Object.values(all).map(({ parameters, forms }, i) => {
    const args = parameters.map((each, at) => `${isPointer(each) ? "P" : "I"}(${at})`);
    return wrap(`    case ${i}: ${forms?.[0] ?? nativeNames[i]}(${args.join(", ")}); break;`);
  });
  const most = Math.max(...Object.values(all).map(({ parameters }) => parameters.length));
  return [
    `/** Calls of kernels by number; P(i) and I(i) are a call's arguments. ${notice} */`,
    `enum { most_arguments = ${most} };`,
    "",
    "static void call(s32 kernel, const Argument *a) {",
    "  switch (kernel) {",
    ...cases,
    "    default: exit(3);",
    "  }",
    "}",
    "",
  ].join("\n");
}

function declare(parameter: Parameter): string {
  const name = parameter.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (!isPointer(parameter)) return `s32 ${name}`;
  return `${parameter.writes ? "" : "const "}${parameter.element} *${name}`;
}

const width = 110;

/** Breaks a line at its commas; further lines are indented by four more. */
function wrap(line: string): string {
  const indent = `${/^ */.exec(line)?.[0]}    `;
  const lines = [""];
  for (const part of line.split(/(?<=, )/)) {
    const last = lines.length - 1;
    if ((lines[last] + part).trimEnd().length <= width) lines[last] += part;
    else lines.push(indent + part);
  }
  return lines.map((each) => each.trimEnd()).join("\n");
}
