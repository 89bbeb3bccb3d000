/**
 * Takes note of every WebAssembly memory that is made after this module was imported: import it first.
 * A memory grows and never shrinks, so one that still exists has never been larger.
 */
const memories: WeakRef<WebAssembly.Memory>[] = [];

const { Memory, Instance } = WebAssembly;

class NotedMemory extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(new WeakRef<WebAssembly.Memory>(this));
  }
}

class NotedInstance extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    for (const exported of Object.values(this.exports)) {
      if (exported instanceof Memory) memories.push(new WeakRef<WebAssembly.Memory>(exported));
    }
  }
}

Object.assign(WebAssembly, { Memory: NotedMemory, Instance: NotedInstance });

/** Bytes of each memory that is still in use; `shared` ones are not in the isolate's heap figures. */
export function memorySizes(): { readonly bytes: number; readonly shared: boolean }[] {
  const distinct = new Set(memories.flatMap((memory) => memory.deref() ?? []));
  return [...distinct].map(({ buffer }) => ({
    bytes: buffer.byteLength,
    shared: buffer instanceof SharedArrayBuffer,
  }));
}
