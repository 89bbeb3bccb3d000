/**
 * WebAssembly memory never shrinks, and a dropped instance keeps its memory until the engine collects it:
 * four 12-megapixel WebPs in a row were seen to hold 194 MB. So the codec that decoded last keeps its
 * instance for the next photo, and any other's is dropped: an isolate never holds two idle ones.
 */
export interface Instance {
  memoryBytes(): number;
}

/** Identifies a codec and the type of its instances. */
export interface Owner<T extends Instance> {
  create(module: WebAssembly.Module): T;
}

export interface IdleInstance {
  /**
   * The instance `owner` left here, or undefined: it is no longer kept. Another owner's is dropped, and so
   * is one far larger than what `neededBytes` calls for.
   */
  take<T extends Instance>(owner: Owner<T>, neededBytes: number): T | undefined;
  keep<T extends Instance>(owner: Owner<T>, instance: T): void;
  heldBytes(): number;
}

/** Below this no instance is too large to keep: both embind codecs start with 16 MiB. */
const alwaysKeptBytes = 32 * 1024 * 1024;

export function createIdleInstance(): IdleInstance {
  let kept: { owner: unknown; instance: Instance } | undefined;
  return {
    take<T extends Instance>(owner: Owner<T>, neededBytes: number) {
      const candidate = kept?.owner === owner ? (kept.instance as T) : undefined;
      kept = undefined;
      const fits = candidate && candidate.memoryBytes() <= Math.max(alwaysKeptBytes, 2 * neededBytes);
      return fits ? candidate : undefined;
    },
    keep(owner, instance) {
      kept = { owner, instance };
    },
    heldBytes: () => kept?.instance.memoryBytes() ?? 0,
  };
}

/** Runs `use` on the kept or a new instance, and keeps it unless `use` found it unsound or threw. */
export function withInstance<T extends Instance, R>(
  idle: IdleInstance,
  owner: Owner<T>,
  module: WebAssembly.Module,
  neededBytes: number,
  use: (instance: T) => { readonly sound: boolean; readonly result: R },
): R {
  const instance = idle.take(owner, neededBytes) ?? owner.create(module);
  const { sound, result } = use(instance);
  if (sound) idle.keep(owner, instance);
  return result;
}
