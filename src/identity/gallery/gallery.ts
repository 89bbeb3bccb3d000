/**
 * Gallery of a shard over SQLite: a template of each of its subjects in sealed blocks, for searches that look at every
 * one. It is a copy of what the directory has, and answers names alone: the directory's own record decides whether a
 * face is enrolled, and how far it is.
 */

import { crc32 } from "../../crypto/crc32.ts";
import type { KeyRing } from "../../crypto/key-ring.ts";
import { chanceOf, type RandomBytes } from "../../crypto/random.ts";
import { quantizeProbe, quantizeTemplate } from "../../face/quantize.ts";
import type { ScanBlock } from "../../face/scan.ts";
import type { FaceName, RateQuery, SearchQuery } from "../directory/data.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { openFace } from "../records/sealed-face.ts";
import type { StoredFace } from "../store/store.ts";
import { buildTemplate } from "../templates/person-template.ts";
import type { BlockEntry } from "./block.ts";
import type { BlockCache } from "./block-cache.ts";
import { createRateMeasure, type RateProbe } from "./measure.ts";
import { type Arrival, type Plan, planChanges } from "./plan.ts";
import * as rows from "./rows.ts";
import { openBlock, type Place, rewrapBlockKey, sealBlock } from "./sealed-blocks.ts";
import { createSelection, type Selection } from "./selection.ts";
import type { Gallery, GalleryChange, GalleryChanges } from "./types.ts";

/** Draws for each person that is wanted, before a draw gives up. */
const maxDrawsEach = 50;

/** Times that a search begins anew when the gallery has changed under it. */
const maxTries = 3;

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

  const chance = () => chanceOf(random);

  const stateNow = () => (present ? rows.readState(sql) : undefined);

  async function load(place: Place, row: rows.BlockRow) {
    const cached = cache.find(name, row.id, row.keyId);
    if (cached !== undefined) return cached;
    const block = await openBlock(place, row, rows.readSealed(sql, row.id), ring);
    if (block !== undefined) cache.keep(name, row.id, row.keyId, block);
    return block;
  }

  async function apply({ tenant, epoch, appliedThrough: told, changes }: GalleryChanges): Promise<boolean> {
    const place = { tenant, name };
    const before = stateNow();
    if (before !== undefined && before.tenant !== tenant) {
      throw new Error("a gallery was told of another tenant's faces");
    }
    const known = before?.epoch === epoch ? before : undefined;
    if ((known?.appliedThrough ?? 0) < told) return false;
    const due = lastOfEach(changes.filter(({ seq }) => seq > (known?.appliedThrough ?? 0)));
    if (due.length === 0 && known !== undefined) return true;
    if (known === undefined) clear({ tenant, epoch, appliedThrough: 0, ...countersOf(before) });
    const { nextEntry, nextBlock } = countersOf(known ?? before);
    const leaving = due.flatMap(({ subjectId }) => rows.findEntries(sql, subjectId));
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

  /** Opens the records of each subject, and builds its templates: one for each kind of faces. */
  async function open(
    tenant: Place["tenant"],
    due: readonly GalleryChange[],
    nextEntry: number,
  ): Promise<Arrival[]> {
    const arrivals = await Promise.all(due.map((change) => openSubject(tenant, change)));
    return arrivals.flat().map(({ entry, ...named }, i) => {
      const id = nextEntry + i;
      return { ...named, id, entry: entry && { ...entry, id } };
    });
  }

  async function openSubject(
    tenant: Place["tenant"],
    { subjectId, faces }: GalleryChange,
  ): Promise<Unnumbered[]> {
    const byKind = new Map<string, StoredFace[]>();
    const damaged: FaceId[] = [];
    await Promise.all(
      faces.map(async ({ key, sealed }) => {
        if (!(await ring.knows(key.kekId))) {
          throw new Error(`the key-encryption key ${key.kekId} is not at hand`);
        }
        const face = await openRecord(tenant, key, sealed, ring);
        if (!face.ok) {
          damaged.push(key.faceId);
          return;
        }
        const { model, values } = face.value.embedding;
        const kind = kindOf(model, values.length);
        byKind.set(kind, [...(byKind.get(kind) ?? []), face.value]);
      }),
    );
    const owner = ownerOf(subjectId);
    const arrivals = [...byKind].map(([kind, own]): Unnumbered => {
      const ids = own.map(({ faceId }) => faceId);
      const template = buildTemplate(own);
      if (!template.ok) return { subjectId, kind: rows.unreadable, faces: ids, entry: undefined };
      const { embedding, faces: within } = template.value;
      const entry = { owner, photos: within.length, template: quantizeTemplate(embedding.values) };
      return { subjectId, kind, faces: ids, entry };
    });
    if (damaged.length === 0) return arrivals;
    return [...arrivals, { subjectId, kind: rows.unreadable, faces: damaged, entry: undefined }];
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
      for (const entry of come) rows.insertEntry(sql, entry);
      for (const { id } of emptied) rows.deleteBlockRow(sql, id);
      for (const { row, sealed } of written) rows.writeBlockRow(sql, row, sealed);
      rows.writeState(sql, state);
    });
    for (const { id } of emptied) cache.forget(name, id);
    for (const { draft, row } of written) cache.keep(name, row.id, row.keyId, draft.block);
  }

  /** Selects from every block; undefined where one does not open. */
  async function select(tenant: Place["tenant"], query: SearchQuery): Promise<Selection | undefined> {
    const { model, values } = query;
    const kind = kindOf(model, values.length);
    const probe = quantizeProbe(values);
    const selection = createSelection(probe, query);
    const taken = new Set<string>();
    let dots = new Int32Array(0);
    for (;;) {
      // Blocks are written anew while others are awaited: the search ends when it has seen every block as it is.
      const row = rows.readRows(sql, kind).find(({ keyId }) => !taken.has(keyId));
      if (row === undefined) return selection;
      const block = await load({ tenant, name }, row);
      if (block === undefined) return undefined;
      taken.add(row.keyId);
      if (dots.length < block.count) dots = new Int32Array(block.count);
      scan(probe.codes, block.codes, block.stride, block.count, dots);
      selection.take(block, dots);
    }
  }

  async function openProbes(
    { model, dimension }: RateQuery,
    tenant: Place["tenant"] | undefined,
    faces: Parameters<Gallery["measureRate"]>[1],
  ): Promise<RateProbe[]> {
    if (tenant === undefined) return [];
    const opened = await Promise.all(
      faces.map(async ({ key, sealed }) => {
        const face = await openRecord(tenant, key, sealed, ring);
        if (!face.ok || face.value.embedding.model !== model) return [];
        const { values } = face.value.embedding;
        return values.length === dimension ? [{ owner: ownerOf(key.subjectId), values }] : [];
      }),
    );
    return opened.flat();
  }

  return {
    apply(batch) {
      const run = applying.catch(() => undefined).then(() => apply(batch));
      applying = run;
      return run;
    },

    async state({ model, dimension }) {
      const state = stateNow();
      if (state === undefined) return { epoch: null, appliedThrough: 0, templates: 0, notCompared: 0 };
      const { epoch, appliedThrough } = state;
      return { epoch, appliedThrough, ...rows.countTemplates(sql, kindOf(model, dimension)) };
    },

    async search(query) {
      for (let tries = 1; ; tries++) {
        const before = stateNow();
        if (before === undefined) return { names: [], more: false };
        const selection = await select(before.tenant, query);
        if (selection === undefined) return null;
        const { ids, more } = selection.chosen();
        const names = ids.flatMap((id) => {
          const found = rows.findTemplate(sql, id);
          return found === undefined ? [] : [{ subjectId: found.subjectId, faces: found.faces }];
        });
        // A template that was replaced meanwhile may have taken another one's place.
        if (stateNow()?.appliedThrough === before.appliedThrough || tries === maxTries)
          return { names, more };
      }
    },

    async draw({ model, dimension }, count) {
      const state = stateNow();
      if (state === undefined) return [];
      const kind = kindOf(model, dimension);
      const drawn = new Map<SubjectId, FaceName>();
      // Numbers of templates that are gone are drawn in vain.
      for (let draws = 0; draws < maxDrawsEach * count && drawn.size < count; draws++) {
        const found = rows.findTemplate(sql, 1 + Math.floor(chance() * (state.nextEntry - 1)));
        if (found === undefined || found.kind !== kind) continue;
        const face = found.faces[Math.floor(chance() * found.faces.length)];
        drawn.set(found.subjectId, [found.subjectId, face]);
      }
      return [...drawn.values()];
    },

    async measureRate(query, faces) {
      const state = stateNow();
      const probes = await openProbes(query, state?.tenant, faces);
      const measure = createRateMeasure(probes, query, scan);
      const kind = kindOf(query.model, query.dimension);
      const place = state && { tenant: state.tenant, name };
      for (const { id } of rows.readRows(sql, kind)) {
        const row = rows.readBlockRow(sql, id);
        if (row === undefined || place === undefined) continue;
        const block = await load(place, row);
        if (block === undefined) return null;
        measure.take(block);
        // Searches that wait go on between two blocks.
        await scheduler.wait(0);
      }
      return measure.counts();
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

/** Template without the number that the gallery gives it. */
type Unnumbered = Omit<Arrival, "id" | "entry"> & { readonly entry: Omit<BlockEntry, "id"> | undefined };

/** Keeps only the last change of every subject, in their order. */
function lastOfEach(changes: readonly GalleryChange[]): GalleryChange[] {
  return [...new Map(changes.map((change) => [change.subjectId, change])).values()];
}

function ownerOf(subjectId: SubjectId): number {
  return crc32(new TextEncoder().encode(subjectId));
}

/** Name of a kind: embeddings of one kind can be compared with each other. */
function kindOf(model: string, dimension: number): string {
  return `${model} ${dimension}`;
}

function countersOf(state: rows.State | undefined) {
  return { nextEntry: state?.nextEntry ?? 1, nextBlock: state?.nextBlock ?? 1 };
}
