/**
 * Plans a batch of changes in memory before anything is written: which entries are removed and added, and what the
 * blocks become. New templates go into a young block, which is small and so cheap to write. A full young block goes whole
 * into a large one. A subject whose faces change leaves its block, and comes into the young one.
 */
import type { Block, BlockEntry } from "./block.ts";
import { capacityOf, changeBlock, emptyBlock, joinBlocks } from "./block.ts";
import * as rows from "./rows.ts";
import type { Draft } from "./sealed-blocks.ts";

/** Fewest templates of a young block that goes into a large one; 95 KB at a stride of 352. */
const youngCapacity = 256;

/** Most bytes of a block. A row holds 2 MB; sealing adds 28 bytes, and the rest of the row some hundred. */
const maxBlockBytes = 1_900_000;

/** Template of a subject that comes into the gallery. */
export interface Arrival extends Omit<rows.EntryRow, "block"> {
  /** Entry of its block; undefined for faces that could not be read. */
  readonly entry: BlockEntry | undefined;
}

export interface Plan {
  readonly gone: readonly number[];
  readonly come: readonly rows.EntryRow[];
  readonly moved: readonly { readonly ids: Uint32Array; readonly block: number }[];
  /** Blocks to write; a block without entries is to be deleted. */
  readonly drafts: readonly Draft[];
  readonly nextBlock: number;
}

/** Loads a block; undefined when it does not open. */
export type LoadBlock = (row: rows.BlockRow) => Promise<Block | undefined>;

/**
 * Plans the changes; undefined when a block does not open.
 *
 * @param leaving entries to remove, with their blocks
 */
export async function planChanges(
  sql: SqlStorage,
  leaving: readonly rows.EntryRow[],
  arriving: readonly Arrival[],
  nextBlock: number,
  load: LoadBlock,
): Promise<Plan | undefined> {
  const drafts = new Map<number, Draft>();

  /** Draft of a block as planned so far. */
  async function draftOf(row: rows.BlockRow): Promise<Draft | undefined> {
    const known = drafts.get(row.id);
    if (known !== undefined) return known;
    const block = await load(row);
    return block && { id: row.id, kind: row.kind, young: row.young, block };
  }

  for (const [id, entries] of groupBy(leaving, ({ block }) => block)) {
    const row = id === null ? undefined : rows.readBlockRow(sql, id);
    if (row === undefined) continue;
    const draft = await draftOf(row);
    if (draft === undefined) return undefined;
    const without = new Set(entries.map((entry) => entry.id));
    drafts.set(row.id, { ...draft, block: changeBlock(draft.block, without) });
  }

  const come: rows.EntryRow[] = [];
  const moved: { ids: Uint32Array; block: number }[] = [];
  let next = nextBlock;
  for (const [kind, arrivals] of groupBy(arriving, (arrival) => arrival.kind)) {
    if (kind === rows.unreadable) {
      for (const { entry, ...named } of arrivals) come.push({ ...named, block: null });
      continue;
    }
    const entries = arrivals.flatMap(({ entry }) => entry ?? []);
    const stride = entries[0].template.codes.length;
    const row = rows.readYoungRow(sql, kind);
    const known = row && (await draftOf(row));
    if (row !== undefined && known === undefined) return undefined;
    const young = known ?? { id: next++, kind, young: true, block: emptyBlock(stride) };
    const grown = changeBlock(young.block, new Set(), entries);
    let home = young.id;
    if (grown.count < youngCapacity) {
      drafts.set(young.id, { ...young, block: grown });
    } else {
      const capacity = capacityOf(stride, maxBlockBytes);
      if (grown.count > capacity) throw new RangeError("more faces came at once than a block holds");
      const room = rows.findRoom(sql, kind, grown.count, capacity);
      const large = room && (await draftOf(room));
      if (room !== undefined && large === undefined) return undefined;
      const block = large === undefined ? grown : joinBlocks(large.block, grown);
      home = large?.id ?? next++;
      drafts.set(home, { id: home, kind, young: false, block });
      drafts.set(young.id, { ...young, block: emptyBlock(stride) });
      moved.push({ ids: young.block.ids, block: home });
    }
    for (const { entry, ...named } of arrivals) come.push({ ...named, block: home });
  }
  return {
    gone: leaving.map(({ id }) => id),
    come,
    moved,
    drafts: [...drafts.values()],
    nextBlock: next,
  };
}

function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
