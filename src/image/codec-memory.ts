/**
 * One memory for all codecs that import theirs (wasm/import-memory.ts). They take turns in it: a codec that follows
 * another finds the memory zeroed, as new. So the largest photos of all formats together hold the memory of one, and
 * a damaged photo costs a new instance but no new memory.
 */
import { createEmbindCodec, type EmbindBuild, type EmbindCodec } from "./codecs/embind-host.ts";
import type { Instance, Owner } from "./idle-instances.ts";

/** Limits that both modules declare, in pages of 64 KiB. */
const limits = { initial: 256, maximum: 32768 } as const;

export interface CodecMemory extends Instance {
  /** Codec of this build: kept as it was left, or new. */
  codec(module: WebAssembly.Module, build: EmbindBuild): EmbindCodec;
  /** Forgets the current codec, whose state is no longer sound. */
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
