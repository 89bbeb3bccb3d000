/**
 * Gallery of a shard over SQLite: the templates of all its faces in sealed blocks, for searches that look at every
 * one. It is a copy of what the directory has, and answers names alone: the directory's own record decides whether a
 * face is enrolled, and how far it is.
 */

import { crc32 } from "../../crypto/crc32.ts";
import type { KeyRing } from "../../crypto/key-ring.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { quantizeProbe, quantizeTemplate } from "../../face/quantize.ts";
import type { ScanBlock } from "../../face/scan.ts";
import type { openFace } from "../records/sealed-face.ts";
import type { Block } from "./block.ts";
import type { BlockCache } from "./block-cache.ts";
import { type Arrival, type Plan, planChanges } from "./plan.ts";
import * as rows from "./rows.ts";
import { openBlock, type Place, rewrapBlockKey, sealBlock } from "./sealed-blocks.ts";
import { createSelection } from "./selection.ts";
import type { FaceName, Gallery, GalleryChange, GalleryChanges } from "./types.ts";

export interface GalleryDeps {
  readonly storage: Pick<DurableObjectStorage, "sql" | "transactionSync">;
  /** Name of this gallery, which no other has. */
  readonly name: string;
  readonly ring: KeyRing;
  /** Opens a sealed record. */
  readonly openRecord: typeof openFace;
  readonly random: RandomBytes;
  readonly cache: BlockCache;
  readonly scan: ScanBlock;
}

export function createGallery(deps: GalleryDeps): Gallery {
  const { storage, name, ring, openRecord, random, cache, scan } = deps;
  const { sql } = storage;
  let present = rows.hasSchema(sql);
  let applying: Promise<unknown> = Promise.resolve();

  const stateNow = () => (present ? rows.readState(sql) : undefined);

  /** @param sealed sealed block of the row, where it was read already */
  async function load(place: Place, row: rows.BlockRow, sealed?: Uint8Array<ArrayBuffer>) {
    const cached = cache.find(name, row.id, row.keyId);
    if (cached !== undefined) return cached;
    const block = await openBlock(place, row, sealed ?? rows.readSealed(sql, row.id), ring);
    if (block !== undefined) cache.keep(name, row.id, row.keyId, block);
    return block;
  }

  async function apply({ tenant, epoch, changes }: GalleryChanges): Promise<boolean> {
    const place = { tenant, name };
    const before = stateNow();
    if (before !== undefined && before.tenant !== tenant) {
      throw new Error("a gallery was told of another tenant's faces");
    }
    const known = before?.epoch === epoch ? before : undefined;
    const due = lastOfEach(changes.filter(({ seq }) => seq > (known?.appliedThrough ?? 0)));
    if (due.length === 0 && known !== undefined) return true;
    if (known === undefined) clear({ tenant, epoch, appliedThrough: 0, ...countersOf(before) });
    const { nextEntry, nextBlock } = countersOf(known ?? before);
    const leaving = due.flatMap((change) => rows.findEntry(sql, nameOf(change)) ?? []);
    const arriving = await open(tenant, due, nextEntry);
    const plan = await planChanges(sql, leaving, arriving, nextBlock, (row) => load(place, row));
    if (plan === undefined) return false;
    const appliedThrough = changes.reduce((last, { seq }) => Math.max(last, seq), known?.appliedThrough ?? 0);
    await write(place, plan, {
      tenant,
      epoch,
      appliedThrough,
      nextEntry: nextEntry + arriving.length,
      nextBlock: plan.nextBlock,
    });
    return true;
  }

  /** Deletes all rows. Numbering goes on: a number that an earlier search still knows never becomes another face's. */
  function clear(state: rows.State): void {
    storage.transactionSync(() => {
      sql.exec(rows.schema);
      rows.clear(sql);
      rows.writeState(sql, state);
    });
    present = true;
  }

  async function open(tenant: Place["tenant"], due: readonly GalleryChange[], nextEntry: number) {
    const added = due.flatMap((change) => (change.operation === "add" ? [change] : []));
    return Promise.all(
      added.map(async ({ key, sealed }, i): Promise<Arrival> => {
        const id = nextEntry + i;
        if (!(await ring.knows(key.kekId))) {
          throw new Error(`the key-encryption key ${key.kekId} is not at hand`);
        }
        const face = await openRecord(tenant, key, sealed, ring);
        const name: FaceName = [key.subjectId, key.faceId];
        if (!face.ok) return { id, name, template: undefined };
        const { model, values } = face.value.embedding;
        const owner = crc32(new TextEncoder().encode(key.subjectId));
        const entry = { id, owner, template: quantizeTemplate(values) };
        return { id, name, template: { kind: kindOf(model, values.length), entry } };
      }),
    );
  }

  async function write(place: Place, plan: Plan, state: rows.State): Promise<void> {
    const { gone, come, moved, drafts } = plan;
    const emptied = drafts.filter(({ block }) => block.count === 0);
    const written = await Promise.all(
      drafts
        .filter(({ block }) => block.count > 0)
        .map(async (draft) => ({ draft, ...(await sealBlock(place, draft, ring, random)) })),
    );
    storage.transactionSync(() => {
      for (const id of gone) rows.deleteEntry(sql, id);
      for (const { ids, block } of moved) for (const id of ids) rows.moveEntry(sql, id, block);
      for (const { entry, name } of come) rows.insertEntry(sql, entry, name);
      for (const { id } of emptied) rows.deleteBlockRow(sql, id);
      for (const { row, sealed } of written) rows.writeBlockRow(sql, row, sealed);
      rows.writeState(sql, state);
    });
    for (const { id } of emptied) cache.forget(name, id);
    for (const { draft, row } of written) cache.keep(name, row.id, row.keyId, draft.block);
  }

  return {
    apply(batch) {
      const run = applying.catch(() => undefined).then(() => apply(batch));
      applying = run;
      return run;
    },

    async state({ model, dimension }) {
      const state = stateNow();
      if (state === undefined) return { epoch: null, appliedThrough: 0, faces: 0, notCompared: 0 };
      const { epoch, appliedThrough } = state;
      return { epoch, appliedThrough, ...rows.countFaces(sql, kindOf(model, dimension)) };
    },

    async search({ model, values, limit, maxDistance }) {
      const state = stateNow();
      if (state === undefined) return { names: [], more: false };
      const place = { tenant: state.tenant, name };
      const kind = kindOf(model, values.length);
      const probe = quantizeProbe(values);
      const selection = createSelection(probe, limit, maxDistance);
      let dots = new Int32Array(0);
      const take = (block: Block): void => {
        if (dots.length < block.count) dots = new Int32Array(block.count);
        scan(probe.codes, block.codes, block.stride, block.count, dots);
        selection.take(block, dots);
      };
      // The young row is read before anything is awaited: an entry that leaves it after that was seen in it.
      const young = rows.readYoungRow(sql, kind);
      if (young !== undefined) {
        const row = young;
        const sealed = rows.readSealed(sql, row.id);
        const block = await load(place, row, sealed);
        if (block === undefined) return null;
        take(block);
      }
      for (let row = rows.readNextRow(sql, kind, 0); row; row = rows.readNextRow(sql, kind, row.id)) {
        const block = await load(place, row);
        if (block === undefined) return null;
        take(block);
      }
      const { ids, more } = selection.chosen();
      const names = ids.map((id) => rows.findName(sql, id));
      // A name is undefined when its face was removed meanwhile.
      return { names: names.filter((found) => found !== undefined), more };
    },

    async rewrap(kekId) {
      const state = stateNow();
      if (state === undefined) return { rewrapped: 0, done: true };
      if ((await ring.currentKekId()) !== kekId) return { rewrapped: 0, done: false };
      let rewrapped = 0;
      const others = rows.readWrappedByOthers(sql, kekId);
      for (const row of others) {
        const wrap = await rewrapBlockKey({ tenant: state.tenant, name }, row, ring);
        if (wrap === undefined) return null;
        if (rows.replaceWrap(sql, row, wrap)) rewrapped++;
      }
      return { rewrapped, done: rows.readWrappedByOthers(sql, kekId).length === 0 };
    },
  };
}

function nameOf(change: GalleryChange): FaceName {
  const { subjectId, faceId } = change.operation === "add" ? change.key : change;
  return [subjectId, faceId];
}

/** Keeps only the last change of every face, in their order. */
function lastOfEach(changes: readonly GalleryChange[]): GalleryChange[] {
  const last = new Map(changes.map((change) => [nameOf(change).join("!"), change]));
  return [...last.values()];
}

/** Name of a kind: embeddings of one kind can be compared with each other. */
function kindOf(model: string, dimension: number): string {
  return `${model} ${dimension}`;
}

function countersOf(state: rows.State | undefined) {
  return { nextEntry: state?.nextEntry ?? 1, nextBlock: state?.nextBlock ?? 1 };
}
