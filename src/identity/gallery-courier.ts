/**
 * Carries a directory's outstanding tasks to the gallery, in their order. What cannot be delivered
 * stays in the directory for the next call: a gallery that is down does not undo an enrolment.
 */
import type { KeyRing } from "../trust/key-ring.ts";
import type { Directory, GalleryTask } from "./directory/types.ts";
import type { TenantId } from "./ids.ts";
import { openFace } from "./sealed-face.ts";
import type { Gallery } from "./store.ts";

const tasksPerCall = 100;

export interface GalleryCourier {
  /** Answers whether nothing is outstanding. */
  deliver(directory: Directory): Promise<boolean>;
}

export function createGalleryCourier(
  tenant: TenantId,
  ring: KeyRing,
  gallery: Gallery | undefined,
): GalleryCourier {
  if (gallery === undefined) return { deliver: async () => true };
  return {
    async deliver(directory) {
      for (;;) {
        const tasks = await directory.galleryTasks(tasksPerCall);
        if (tasks.length === 0) return true;
        const done: number[] = [];
        try {
          for (const task of tasks) {
            await carryOut(directory, task, gallery);
            done.push(task.seq);
          }
        } catch {
          return false;
        } finally {
          await directory.finishGalleryTasks(done);
        }
      }
    },
  };

  async function carryOut(directory: Directory, task: GalleryTask, gallery: Gallery): Promise<void> {
    const { operation, subjectId, faceId, seq } = task;
    if (operation === "remove") return gallery.remove(tenant, subjectId, faceId, seq);
    const keys = await directory.describeFaces(subjectId, 0);
    const key = keys.find((face) => face.faceId === faceId);
    const [record] = await directory.readRecords(subjectId, [faceId]);
    // Deleted since: its removal is among the tasks.
    if (key === undefined || record === undefined) return;
    const face = await openFace(tenant, key, record[1], ring);
    // A record that does not open is reported by whoever wants to compare with it.
    if (face.ok) await gallery.add(tenant, face.value, seq);
  }
}
