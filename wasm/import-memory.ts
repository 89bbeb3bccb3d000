/**
 * Rewrites a WebAssembly module so that it imports the memory that it used to define: two modules can then take turns
 * in one memory. The rest stays as it is, the export of the memory included.
 *
 * WebAssembly Core Specification, section 5.5 (binary format of modules).
 */

/** Name under which the codecs import their memory. */
export const memoryImport = { module: "a", name: "memory" } as const;

const headBytes = 8;
const [importSection, memorySection] = [2, 5];
const memoryKind = 2;

/** Throws unless the module has imports and exactly one memory of its own. */
export function importMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const sections = readSections(module);
  const memory = sections.find(({ id }) => id === memorySection);
  const imports = sections.find(({ id }) => id === importSection);
  if (memory === undefined || imports === undefined)
    throw new Error("the module has no memory, or no imports");
  const memories = readUnsigned(memory.content, 0);
  if (memories.value !== 1) throw new Error(`the module has ${memories.value} memories`);
  const limits = memory.content.subarray(memories.end);

  const count = readUnsigned(imports.content, 0);
  const entry = [...name(memoryImport.module), ...name(memoryImport.name), memoryKind, ...limits];
  const extended = [...unsigned(count.value + 1), ...imports.content.subarray(count.end), ...entry];
  const rewritten = sections
    .filter(({ id }) => id !== memorySection)
    .flatMap(({ id, content }) => {
      const bytes = id === importSection ? Uint8Array.from(extended) : content;
      return [Uint8Array.from([id, ...unsigned(bytes.length)]), bytes];
    });
  return concat([module.subarray(0, headBytes), ...rewritten]);
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function readSections(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = headBytes; at < module.length; ) {
    const length = readUnsigned(module, at + 1);
    const end = length.end + length.value;
    sections.push({ id: module[at], content: module.subarray(length.end, end) });
    at = end;
  }
  return sections;
}

/** Reads an unsigned LEB128 number (section 5.2.2). */
function readUnsigned(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let at = from;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: at };
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
