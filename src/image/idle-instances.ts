/**
 * Keeps codecs' instances between photos.
 *
 * WebAssembly memory never shrinks, and a dropped instance keeps its memory until the engine collects it, which no
 * one can hurry: eight large photos of different formats in a row were seen to hold 300 MB. So the codecs of WebP and
 * AVIF share one memory (codec-memory.ts), every codec keeps its instance for the next photo, and instances are
 * dropped only where they would not leave room for the next decode. Ordinary photos never reach that point, whatever
 * their formats.
 */
export interface Instance {
  memoryBytes(): number;
}

/** Identifies a codec and the type of its instances. */
export interface Owner<T extends Instance> {
  create(module: WebAssembly.Module): T;
}

export interface IdleInstances {
  /**
   * Takes the instance that `owner` left here, or undefined. It is no longer kept, and room is made for
   * `neededBytes`.
   */
  take<T extends Instance>(owner: Owner<T>, neededBytes: number): T | undefined;
  keep<T extends Instance>(owner: Owner<T>, instance: T): void;
  /** Notes an instance that is not used again. */
  drop(instance: Instance): void;
  /** Drops instances, the largest first, until `neededBytes` fit beside the others. */
  makeRoom(neededBytes: number): void;
  heldBytes(): number;
  /** Bytes of instances that were dropped and are not yet collected. */
  droppedBytes(): number;
}

/** Room for all idle instances together with the current decode: no more than the largest decode alone. */
const roomBytes = 56 * 1024 * 1024;

export function createIdleInstances(): IdleInstances {
  const kept = new Map<unknown, Instance>();
  let dropped: WeakRef<Instance>[] = [];

  const heldBytes = () => [...kept.values()].reduce((sum, instance) => sum + instance.memoryBytes(), 0);

  function drop(instance: Instance): void {
    dropped.push(new WeakRef(instance));
  }

  function makeRoom(neededBytes: number): void {
    while (kept.size > 0 && heldBytes() + neededBytes > roomBytes) {
      const [largest] = [...kept].sort(([, a], [, b]) => b.memoryBytes() - a.memoryBytes());
      kept.delete(largest[0]);
      drop(largest[1]);
    }
  }

  return {
    take<T extends Instance>(owner: Owner<T>, neededBytes: number) {
      const own = kept.get(owner) as T | undefined;
      kept.delete(owner);
      makeRoom(Math.max(neededBytes, own?.memoryBytes() ?? 0));
      return own;
    },
    keep(owner, instance) {
      kept.set(owner, instance);
    },
    drop,
    makeRoom,
    heldBytes,
    droppedBytes() {
      dropped = dropped.filter((reference) => reference.deref() !== undefined);
      return dropped.reduce((sum, reference) => sum + (reference.deref()?.memoryBytes() ?? 0), 0);
    },
  };
}

/** Runs `use` on the kept or a new instance, and keeps it unless `use` found it unsound or threw. */
export function withInstance<T extends Instance, R>(
  idle: IdleInstances,
  owner: Owner<T>,
  module: WebAssembly.Module,
  neededBytes: number,
  use: (instance: T) => { readonly sound: boolean; readonly result: R },
): R {
  const instance = idle.take(owner, neededBytes) ?? owner.create(module);
  const { sound, result } = use(instance);
  if (sound) idle.keep(owner, instance);
  else idle.drop(instance);
  return result;
}
