/**
 * Counts faces of a tenant that its retention would not end. A retention holds for faces that are enrolled under it:
 * a face enrolled before keeps its end, or has none.
 */
import type { FaceName } from "../directory/data.ts";
import type { EnrolmentDirectory } from "../directory/types.ts";

/** Counts over all of the tenant's directories, which are asked at the same time, each a page after the other. */
export async function countOutliving(
  directories: readonly Pick<EnrolmentDirectory, "countOutliving">[],
  retentionSeconds: number,
  nowMs: number,
): Promise<number> {
  const counts = await Promise.all(
    directories.map((directory) => countIn(directory, retentionSeconds, nowMs)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function countIn(
  directory: Pick<EnrolmentDirectory, "countOutliving">,
  retentionSeconds: number,
  nowMs: number,
): Promise<number> {
  let count = 0;
  let after: FaceName | null = null;
  do {
    const page: Awaited<ReturnType<EnrolmentDirectory["countOutliving"]>> = await directory.countOutliving(
      retentionSeconds,
      after,
      nowMs,
    );
    count += page.faces;
    after = page.next;
  } while (after !== null);
  return count;
}
