/** Quantized templates, the scan over them, and the selection: together they make a search exact. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantizeProbe, quantizeTemplate, strideOf } from "../../../../src/face/quantize.ts";
import {
  type BlockEntry,
  capacityOf,
  changeBlock,
  emptyBlock,
  joinBlocks,
  readBlock,
} from "../../../../src/identity/gallery/block.ts";
import { createBlockCache } from "../../../../src/identity/gallery/block-cache.ts";
import { createSelection } from "../../../../src/identity/gallery/selection.ts";
import { createScanner } from "../../../../src/inference/kernels/scan.ts";
import { scanBlock } from "../../../fixtures/kernels/scan-reference.ts";

const kernels = new WebAssembly.Module(
  readFileSync(new URL("../../../../wasm/kernels.wasm", import.meta.url)),
);
const scanner = createScanner(kernels);

/** Makes a unit vector in a random direction, from a seed (mulberry32 and Box-Muller). */
function unitVector(seed: number, dimension: number): Float32Array {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const values = Float32Array.from({ length: dimension }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function distanceOf(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}

const dimensions = fc.constantFrom(2, 15, 16, 17, 128, 192, 512);
const seeds = fc.integer({ min: 1, max: 2 ** 30 });

describe("quantization", () => {
  it("bounds what it costs: the true distance lies within both errors of the quantized one", () => {
    fc.assert(
      fc.property(dimensions, seeds, seeds, (dimension, a, b) => {
        const [x, p] = [unitVector(a, dimension), unitVector(b, dimension)];
        const [template, probe] = [quantizeTemplate(x), quantizeProbe(p)];
        let dot = 0;
        for (let i = 0; i < template.codes.length; i++) dot += template.codes[i] * probe.codes[i];
        const squared = template.squaredLength + probe.squaredLength - 2 * template.scale * probe.scale * dot;
        const quantized = Math.sqrt(Math.max(0, squared));
        expect(Math.abs(quantized - distanceOf(x, p))).toBeLessThanOrEqual(
          template.error + probe.error + 1e-6,
        );
      }),
      { numRuns: 200 },
    );
  });

  it("costs a template of 192 numbers less than 0.012, and a probe less than 0.0001", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const values = unitVector(seed, 192);
        expect(quantizeTemplate(values).error).toBeLessThan(0.012);
        expect(quantizeProbe(values).error).toBeLessThan(1e-4);
      }),
    );
  });

  it("keeps every inner product within 32 bits, whatever the vectors", () => {
    for (const dimension of [1, 2, 192, 512, 4096]) {
      const values = new Float32Array(dimension).fill(1 / Math.sqrt(dimension));
      const { codes } = quantizeProbe(values);
      const sum = codes.reduce((total, code) => total + Math.abs(code) * 127, 0);
      expect(sum).toBeLessThan(2 ** 31);
    }
  });

  it.each([[[0, 0]], [[Number.NaN, 1]], [[Number.POSITIVE_INFINITY, 0]], [[]]])("of %j throws", (values) => {
    expect(() => quantizeTemplate(new Float32Array(values))).toThrow(RangeError);
    expect(() => quantizeProbe(new Float32Array(values))).toThrow(RangeError);
  });
});

describe.each([
  ["on the kernels", scanner.scan],
  ["in plain loops", scanBlock],
])("the scan %s", (_, scan) => {
  it.each([0, 1, 3, 4, 5, 8, 127])("of %i templates is the sum of products of each", (count) => {
    const stride = 192;
    const probe = Int16Array.from({ length: stride }, (_, i) => ((i * 7919) % 65_535) - 32_767);
    const codes = Int8Array.from({ length: count * stride }, (_, i) => ((i * 104_729) % 255) - 127);
    const dots = new Int32Array(count + 1).fill(-1);
    scan(probe, codes, stride, count, dots);
    for (let i = 0; i < count; i++) {
      let sum = 0n;
      for (let j = 0; j < stride; j++) sum += BigInt(probe[j]) * BigInt(codes[i * stride + j]);
      expect(BigInt(dots[i])).toBe(sum);
    }
    expect(dots[count]).toBe(-1);
  });

  it("at the largest codes does not overflow", () => {
    const dimension = 512;
    const { codes: probe } = quantizeProbe(new Float32Array(dimension).fill(1 / Math.sqrt(dimension)));
    const dots = new Int32Array(1);
    scan(probe, new Int8Array(dimension).fill(127), dimension, 1, dots);
    expect(dots[0]).toBe(probe[0] * 127 * dimension);
  });
});

const entry = (id: number, owner: number, values: Float32Array, photos = 1): BlockEntry => ({
  id,
  owner,
  photos,
  template: quantizeTemplate(values),
});

describe("a block", () => {
  const stride = strideOf(192);
  const entries = Array.from({ length: 7 }, (_, i) => entry(100 + i, i % 3, unitVector(i + 1, 192)));

  it("comes back from its bytes as it was", () => {
    const block = changeBlock(emptyBlock(stride), new Set(), entries);
    const read = readBlock(new Uint8Array(block.bytes), stride);
    expect(read).toEqual(block);
    expect([...block.ids]).toEqual([100, 101, 102, 103, 104, 105, 106]);
    expect(block.codes.subarray(stride, 2 * stride)).toEqual(entries[1].template.codes);
  });

  it("read from the middle of other memory is the same", () => {
    const { bytes, ...arrays } = changeBlock(emptyBlock(stride), new Set(), entries);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    const { bytes: _, ...read } = readBlock(larger.subarray(3), stride) ?? { bytes };
    expect(read).toEqual(arrays);
  });

  it.each([-1, 1])("with %i byte more is not a block", (more) => {
    const { bytes } = changeBlock(emptyBlock(stride), new Set(), entries);
    expect(readBlock(new Uint8Array(bytes.length + more), stride)).toBeUndefined();
  });

  it("gives up some, takes others, and joins with another, and each keeps all that is its own", () => {
    const block = changeBlock(emptyBlock(stride), new Set(), entries.slice(0, 5));
    const changed = changeBlock(block, new Set([100, 103]), entries.slice(5));
    expect([...changed.ids]).toEqual([101, 102, 104, 105, 106]);
    const again = joinBlocks(changed, changeBlock(emptyBlock(stride), new Set(), [entries[0], entries[3]]));
    const expected = [1, 2, 4, 5, 6, 0, 3].map((i) => entries[i]);
    expect(again).toEqual(changeBlock(emptyBlock(stride), new Set(), expected));
    // No bytes of the removed templates are left.
    expect(changed.bytes.length).toBe((5 * block.bytes.length) / block.count);
  });

  it("of 192 numbers holds nearly nine thousand in a row of SQLite", () => {
    expect(capacityOf(stride, 1_900_000)).toBe(8796);
  });
});

describe("a selection", () => {
  function select(
    templates: readonly BlockEntry[],
    probeValues: Float32Array,
    limit: number | null,
    maxDistance: number,
    nearer = 0,
  ): { ids: number[]; more: boolean } {
    const stride = strideOf(probeValues.length);
    const probe = quantizeProbe(probeValues);
    const selection = createSelection(probe, { limit, maxDistance, nearer });
    for (let start = 0; start < templates.length; start += 50) {
      const block = changeBlock(emptyBlock(stride), new Set(), templates.slice(start, start + 50));
      const dots = new Int32Array(block.count);
      scanner.scan(probe.codes, block.codes, stride, block.count, dots);
      selection.take(block, dots);
    }
    const { ids, more } = selection.chosen();
    return { ids: [...ids], more };
  }

  it("has every face of the closest subjects that an exact comparison would choose", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.9, max: 2, noNaN: true }),
        (seed, count, limit, subjects, maxDistance) => {
          const values = Array.from({ length: count }, (_, i) => unitVector(seed + 7 * i, 24));
          const probe = unitVector(seed + 1_000_003, 24);
          const templates = values.map((value, id) => entry(id, id % subjects, value));
          const closest = new Map<number, { id: number; distance: number }>();
          for (const [id, value] of values.entries()) {
            const distance = distanceOf(value, probe);
            const known = closest.get(id % subjects);
            if (distance <= maxDistance && (known === undefined || distance < known.distance)) {
              closest.set(id % subjects, { id, distance });
            }
          }
          const wanted = [...closest.values()].sort((a, b) => a.distance - b.distance).slice(0, limit);
          const selected = new Set(select(templates, probe, limit, maxDistance).ids);
          for (const { id } of wanted) expect(selected).toContain(id);
        },
      ),
    );
  });

  it("ranks templates of more photos as farther by what they must come closer, and misses none", () => {
    const nearer = 0.3;
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0.9, max: 2, noNaN: true }),
        (seed, count, limit, maxDistance) => {
          const probe = unitVector(seed + 1_000_003, 24);
          const values = Array.from({ length: count }, (_, i) => unitVector(seed + 7 * i, 24));
          const templates = values.map((value, id) => entry(id, id, value, 1 + (id % 5)));
          const ranked = values
            .map((value, id) => ({
              id,
              rank: distanceOf(value, probe) + nearer * (1 - 1 / (1 + (id % 5))),
            }))
            .filter(({ rank }) => rank <= maxDistance)
            .sort((a, b) => a.rank - b.rank);
          const wanted = ranked.slice(0, limit).map(({ id }) => id);
          const { ids } = select(templates, probe, limit, maxDistance, nearer);
          expect(ids).toEqual(expect.arrayContaining(wanted));
          const all = select(templates, probe, null, maxDistance, nearer).ids;
          expect(all).toEqual(expect.arrayContaining(ranked.map(({ id }) => id)));
        },
      ),
    );
  });

  it("is small: of 3,000 random faces the five closest need few to be opened", () => {
    const values = Array.from({ length: 3000 }, (_, i) => unitVector(i + 1, 192));
    const templates = values.map((value, id) => entry(id, id, value));
    const { ids: selected } = select(templates, unitVector(999_999, 192), 5, 2);
    expect(selected.length).toBeGreaterThanOrEqual(5);
    expect(selected.length).toBeLessThan(40);
  });

  it("of nobody within the distance is empty", () => {
    for (const limit of [5, null]) {
      const selected = select([entry(1, 1, unitVector(1, 192))], unitVector(2, 192), limit, 0.5);
      expect(selected).toEqual({ ids: [], more: false });
    }
  });

  it("of thousands of equal faces keeps as many as a directory reads at once", () => {
    const same = unitVector(1, 192);
    const templates = Array.from({ length: 3000 }, (_, id) => entry(id, id, same));
    const { ids, more } = select(templates, same, 5, 2);
    expect([ids.length, more]).toEqual([512, true]);
  });

  it("without a limit has every face within the distance, and nearly no other", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.9, max: 1.6, noNaN: true }), (seed, maxDistance) => {
        const values = Array.from({ length: 200 }, (_, i) => unitVector(seed + 7 * i, 24));
        const probe = unitVector(seed + 1_000_003, 24);
        const { ids, more } = select(
          values.map((value, id) => entry(id, id, value)),
          probe,
          null,
          maxDistance,
        );
        const within = (reach: number) =>
          values.flatMap((value, id) => (distanceOf(value, probe) <= reach ? [id] : []));
        expect(ids).toEqual(expect.arrayContaining(within(maxDistance)));
        expect(within(maxDistance + 0.05)).toEqual(expect.arrayContaining(ids));
        expect(more).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it("without a limit keeps those enrolled first where there are too many, however near the others are", () => {
    const [near, far] = [unitVector(1, 192), unitVector(2, 192)];
    // Faces are enrolled in the order of their numbers, and scanned in another.
    const templates = Array.from({ length: 3000 }, (_, id) => entry(id, id, id < 600 ? far : near)).reverse();
    const { ids, more } = select(templates, near, null, 2);
    expect(ids).toEqual(Array.from({ length: 512 }, (_, id) => id));
    expect(more).toBe(true);
    const exactly = select(templates.slice(-512), near, null, 2);
    expect([exactly.ids.length, exactly.more]).toEqual([512, false]);
  });
});

describe("the cache of blocks", () => {
  /** Ten templates of 16 bytes take 360 bytes. */
  const block = changeBlock(
    emptyBlock(16),
    new Set(),
    Array.from({ length: 10 }, (_, i) => entry(i, i, unitVector(i + 1, 16))),
  );
  const size = block.bytes.length;

  it("answers with the version that was kept, and with no other", () => {
    const cache = createBlockCache({ maxBytesEach: 10 * size, maxBytes: 10 * size });
    cache.keep("a", 1, "v1", block);
    expect(cache.find("a", 1, "v1")).toBe(block);
    for (const [gallery, id, version] of [
      ["a", 1, "v2"],
      ["a", 2, "v1"],
      ["b", 1, "v1"],
    ] as const) {
      expect(cache.find(gallery, id, version)).toBeUndefined();
    }
    cache.keep("a", 1, "v2", block);
    expect(cache.bytes).toBe(size);
    cache.forget("a", 1);
    expect([cache.find("a", 1, "v2"), cache.bytes]).toEqual([undefined, 0]);
  });

  it("full of one gallery keeps what it has, so that a search in order meets it again", () => {
    const cache = createBlockCache({ maxBytesEach: 3 * size, maxBytes: 10 * size });
    for (let id = 1; id <= 5; id++) cache.keep("a", id, "v", block);
    expect([1, 2, 3, 4, 5].map((id) => cache.find("a", id, "v") !== undefined)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("gives the room of the gallery that was not used for the longest to another", () => {
    const cache = createBlockCache({ maxBytesEach: 3 * size, maxBytes: 6 * size });
    for (const gallery of ["a", "b"]) for (let id = 1; id <= 3; id++) cache.keep(gallery, id, "v", block);
    cache.find("a", 1, "v");
    for (let id = 1; id <= 3; id++) cache.keep("c", id, "v", block);
    const kept = ["a", "b", "c"].map((gallery) => cache.find(gallery, 2, "v") !== undefined);
    expect(kept).toEqual([true, false, true]);
  });

  it("never holds more than its bounds, whatever is asked of it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(6), fc.boolean()), { maxLength: 80 }),
        (steps) => {
          const cache = createBlockCache({ maxBytesEach: 3 * size, maxBytes: 5 * size });
          for (const [gallery, id, keeps] of steps) {
            if (keeps) cache.keep(gallery, id, "v", block);
            else cache.forget(gallery, id);
            expect(cache.bytes).toBeLessThanOrEqual(5 * size);
          }
          for (const gallery of ["a", "b", "c"]) for (let id = 0; id <= 6; id++) cache.forget(gallery, id);
          expect(cache.bytes).toBe(0);
        },
      ),
    );
  });
});
