/**
 * Records every WebAssembly memory that is made after this module was imported: import it first. A memory grows and
 * never shrinks, so one that still exists has never been larger.
 */
let memories: WeakRef<WebAssembly.Memory>[] = [];

const { Memory, Instance } = WebAssembly;

/**
 * Forgets collected memories first, and notes one that several instances export once: with a service that makes
 * thousands of memories or of instances this list would show in the measurement.
 */
function note(memory: WebAssembly.Memory): void {
  memories = memories.filter((known) => known.deref() !== undefined);
  if (!memories.some((known) => known.deref() === memory)) memories.push(new WeakRef(memory));
}

class NotedMemory extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    note(this);
  }
}

class NotedInstance extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    for (const exported of Object.values(this.exports)) {
      if (exported instanceof Memory) note(exported);
    }
  }
}

Object.assign(WebAssembly, { Memory: NotedMemory, Instance: NotedInstance });

/** Returns the bytes of each memory that is still in use; `shared` ones are not in the isolate's heap figures. */
export function memorySizes(): { readonly bytes: number; readonly shared: boolean }[] {
  const alive = memories.flatMap((memory) => memory.deref() ?? []);
  return alive.map(({ buffer }) => ({
    bytes: buffer.byteLength,
    shared: buffer instanceof SharedArrayBuffer,
  }));
}
