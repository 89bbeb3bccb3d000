/** Renders every species for people of a list, one photo each, into a folder; renderings that are there stay. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pipeline } from "../../../src/pipeline.ts";
import { readTable } from "../dataset.ts";
import { createRandom } from "../statistics/random.ts";
import { fromJpeg } from "./camera.ts";
import { attacks, genuine, type Species } from "./species.ts";

export interface Rendering {
  /** Place of the person among those chosen. */
  readonly person: number;
  /** Name of the species, or `genuine`. */
  readonly species: string;
  readonly path: string;
}

export interface RenderOptions {
  readonly list: string;
  readonly images: string;
  /** Number of people, evenly spaced over the list, of whom the first `take` are used. */
  readonly people: number;
  readonly take: number;
  readonly folder: string;
}

/** Number of genuine photos of each person, so that rates of both kinds of errors are about as exact. */
const genuineShots = 2;

export async function* render(pipeline: Pipeline, options: RenderOptions): AsyncGenerator<Rendering> {
  const photos = firstPhotos(options);
  mkdirSync(options.folder, { recursive: true });
  for (const [person, photo] of photos.slice(0, options.take).entries()) {
    const wanted: { species: Species; shot: number }[] = [
      ...Array.from({ length: genuineShots }, (_, shot) => ({ species: genuine, shot })),
      ...attacks.map((species) => ({ species, shot: 0 })),
    ];
    const renderings = wanted.map(({ species, shot }, k) => ({
      species,
      seed: 1000 * person + k,
      path: join(options.folder, `${person}-${species.name}-${shot}.jpg`),
    }));
    if (!renderings.every(({ path }) => existsSync(path))) {
      const bytes = readFileSync(photo);
      const found = await pipeline.encodeFace(bytes, "center");
      if (!found.ok) continue;
      const material = {
        photo: fromJpeg(bytes),
        other: fromJpeg(readFileSync(photos[(person + 1) % photos.length])),
        landmarks: found.value.face.landmarks,
      };
      for (const { species, seed, path } of renderings) {
        if (!existsSync(path)) writeFileSync(path, species.render(material, createRandom(seed)));
      }
    }
    for (const { species, path } of renderings) yield { person, species: species.name, path };
  }
}

/** Returns the paths of the first photos of people that are evenly spaced over the list. */
function firstPhotos({ list, images, people }: RenderOptions): string[] {
  const first = new Map<string, string>();
  for (const { image, identity } of readTable(list, ["image", "identity"])) {
    if (!first.has(identity)) first.set(identity, join(images, image));
  }
  const all = [...first.values()];
  const count = Math.min(people, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]);
}
