/**
 * One memory for all codecs that import theirs (wasm/import-memory.ts). They take turns in it: whoever comes
 * after another finds it zeroed, as new. So the largest photos of every format hold the memory of one, and a
 * damaged photo costs a new instance but no new memory.
 */
import { createEmbindCodec, type EmbindBuild, type EmbindCodec } from "./embind-host.ts";
import type { Instance, Owner } from "./idle-instances.ts";

/** Limits that both modules state, in pages of 64 KiB. */
const limits = { initial: 256, maximum: 32768 } as const;

export interface CodecMemory extends Instance {
  /** The codec of this build, as it was left or as new. */
  codec(module: WebAssembly.Module, build: EmbindBuild): EmbindCodec;
  /** Forgets the codec at hand, whose state is not sound any more. */
  forget(): void;
}

export const codecMemories: Owner<CodecMemory> = { create: createCodecMemory };

function createCodecMemory(): CodecMemory {
  const memory = new WebAssembly.Memory(limits);
  let current: { readonly build: EmbindBuild; readonly codec: EmbindCodec } | undefined;
  let used = false;
  return {
    memoryBytes: () => memory.buffer.byteLength,
    codec(module, build) {
      if (current?.build !== build) {
        if (used) new Uint8Array(memory.buffer).fill(0);
        used = true;
        current = { build, codec: createEmbindCodec(module, build, memory) };
      }
      return current.codec;
    },
    forget() {
      current = undefined;
    },
  };
}
