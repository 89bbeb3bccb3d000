/** Makes and observes the sessions of a view's people, and keeps them in a file. */
import { join } from "node:path";
import type { EncodedFace } from "../../../src/face/face.ts";
import { type Frame, frameOf } from "../../../src/face/liveness/frame.ts";
import { loadRuntime } from "../../runtime.ts";
import { readTable } from "../dataset.ts";
import type { Random } from "./frames/setting.ts";
import { isFrontal, type MadeSession, makeSessions, observePhoto } from "./observe.ts";
import { readCanonicalFace } from "./rendering/canonical-face.ts";
import { sculptFace } from "./rendering/sculpted-face.ts";
import { append, readPeople } from "./store.ts";

/** Most photos of a person that are observed. */
const mostPhotos = 8;

/** Seeds between one round and the next. */
const seedsOfRound = 10_000_000;

export interface View {
  /** Folder with `images/` and the view's table of images. */
  readonly data: string;
  readonly view: "train" | "test";
  /** Number of people. */
  readonly count: number;
  readonly file: string;
  /** Sessions of each kind to make of each person. */
  readonly rounds: number;
  /** Folder for the package with the canonical face. */
  readonly packages: string;
}

/** Adds to the file until it has the people asked for. People with several photos come first: only they have photos of other days. */
export async function makeView({ data, view, count, file, packages, rounds }: View): Promise<void> {
  const known = new Set<string>();
  for await (const { name } of readPeople(file)) known.add(name);
  if (known.size >= count) return;
  const runtime = await loadRuntime();
  const canonical = view === "test" ? readCanonicalFace(packages) : null;
  const meshOf = (random: Random) => canonical ?? sculptFace(random);
  const people = new Map<string, string[]>();
  for (const { image, identity } of readTable(join(data, `${view}.images.tsv`), ["image", "identity"])) {
    people.set(identity, [...(people.get(identity) ?? []), join(data, "images", image)]);
  }
  const sorted = [...people].sort(([, a], [, b]) => b.length - a.length);
  let made = 0;
  for (const [name, paths] of sorted) {
    if (made >= count) break;
    if (known.has(name)) {
      made++;
      continue;
    }
    const photos: Frame[] = [];
    let frontal: [string, EncodedFace] | undefined;
    for (const path of paths.slice(0, mostPhotos)) {
      const seen = await observePhoto(runtime, path);
      if (seen === null) continue;
      photos.push(frameOf(seen));
      if (frontal === undefined && isFrontal(seen)) frontal = [path, seen];
    }
    if (frontal === undefined) continue;
    const seed = (view === "test" ? 1_000_000 : 0) + made;
    const sessions: MadeSession[] = [];
    for (let round = 0; round < rounds; round++) {
      sessions.push(...(await makeSessions(runtime, meshOf, ...frontal, seed + round * seedsOfRound)));
    }
    append(file, { name, photos, sessions });
    made++;
  }
}
