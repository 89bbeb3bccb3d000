import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCache } from "../../../../model/evaluate/acquisition/cache.ts";
import { fingerprint, sourcesOf } from "../../../../model/evaluate/acquisition/fingerprint.ts";
import { readDataset } from "../../../../model/evaluate/dataset.ts";
import type { Quality } from "../../../../src/face/quality/quality.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sameface-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
}

describe("a data set", () => {
  const header = "same\timage_a\timage_b";

  it("puts listed images first and gives each person of the list a number", () => {
    const list = file("list.tsv", "image\tidentity", "a1\tA", "b1\tB", "a2\tA", "");
    const pairs = file("pairs.tsv", header, "0\tc1\ta2", "1\ta1\ta2");
    const dataset = readDataset({ pairs, list });
    expect(dataset.images).toEqual(["a1", "b1", "a2", "c1"]);
    expect(dataset.listedCount).toBe(3);
    expect([...dataset.identityOf]).toEqual([0, 1, 0, 2]);
    expect(dataset.identityCount).toBe(3);
    expect(dataset.pairs).toEqual([
      { left: 3, right: 2, same: false, fold: 0 },
      { left: 0, right: 2, same: true, fold: 0 },
    ]);
  });

  it("takes images paired as one person for one person, through a chain as well", () => {
    const pairs = file("chain.tsv", header, "1\ta\tb", "1\tc\td", "1\tb\tc", "0\ta\te");
    expect([...readDataset({ pairs }).identityOf]).toEqual([0, 0, 0, 0, 1]);
  });

  it("joins the names that are one person's, where the list has both", () => {
    const list = file("names.tsv", "image\tidentity", "a\tJoe", "b\tAnn", "c\tJoseph");
    const aliases = file("aliases.tsv", "identity\tsame_as", "Joseph\tJoe", "Ann\tAnna");
    expect([...readDataset({ list, aliases }).identityOf]).toEqual([0, 1, 0]);
  });

  it("takes folds from the file where it has them", () => {
    const pairs = file("folds.tsv", "fold\tsame\timage_a\timage_b", "3\t1\ta\tb", "7\t0\ta\tc");
    expect(readDataset({ pairs }).pairs.map((pair) => pair.fold)).toEqual([3, 7]);
  });

  it.each([
    ["a missing column", ["same\timage_a", "1\ta"], "has no column image_b"],
    ["a short line", [header, "1\ta"], "line 2: 2 columns instead of 3"],
    ["a label that is neither 0 nor 1", [header, "yes\ta\tb"], "same is yes"],
    ["one pair with both labels", [header, "1\ta\tb", "0\tb\ta"], "b and a are one person and also two"],
    ["a fold that is no number", [`${header}\tfold`, "1\ta\tb\tx"], "fold is x"],
  ])("refuses %s", (_, lines, message) => {
    const pairs = file("bad.tsv", ...lines);
    expect(() => readDataset({ pairs })).toThrow(message);
  });

  it("refuses a list that names an image twice", () => {
    const list = file("twice.tsv", "image\tidentity", "a\tA", "a\tB");
    expect(() => readDataset({ list })).toThrow("names an image twice");
  });
});

describe("the cache of embeddings", () => {
  const quality: Quality = {
    eyeDistancePx: 41.25,
    sharpness: 0.1,
    brightness: 120,
    contrast: 40,
    yaw: -3,
    pitch: 1 / 3,
    roll: 0,
    agreement: 0.93,
    inFrame: 1,
    recognisability: 0.99,
    occlusion: 0.001,
  };

  it("gives back what an earlier run put in, embedding and quality, or failure", () => {
    const earlier = openCache(folder, "one");
    earlier.put("aa", { embedding: Float32Array.of(0.6, -0.8, 1e-20), quality });
    earlier.put("bb", { failure: "face_not_found" });
    const later = openCache(folder, "one");
    expect(later.get("aa")).toEqual({ embedding: Float32Array.of(0.6, -0.8, 1e-20), quality });
    expect(later.get("bb")).toEqual({ failure: "face_not_found" });
    expect(later.get("cc")).toBeUndefined();
  });

  it("knows nothing of another pipeline's embeddings", () => {
    openCache(folder, "two").put("aa", { failure: "face_not_found" });
    expect(openCache(folder, "three").get("aa")).toBeUndefined();
  });

  it("loses only the line that a crash cut off", () => {
    openCache(folder, "cut").put("aa", { failure: "face_not_found" });
    writeFileSync(join(folder, "cut.jsonl"), '\n["bb","AAAA', { flag: "a" });
    openCache(folder, "cut").put("cc", { failure: "invalid_image" });
    const later = openCache(folder, "cut");
    expect(later.get("aa")).toEqual({ failure: "face_not_found" });
    expect(later.get("bb")).toBeUndefined();
    expect(later.get("cc")).toEqual({ failure: "invalid_image" });
  });
});

describe("the fingerprint of a pipeline", () => {
  const parts = () => ({ entry: join(folder, "entry.ts"), files: [join(folder, "model.bin")], settings: 1 });

  beforeAll(() => {
    file("entry.ts", 'import { a } from "./near.ts";', 'import "./effect.ts";', 'import x from "package";');
    file("near.ts", 'export type { B } from "./far.ts";', 'const later = () => import("./lazy.ts");');
    for (const name of ["far.ts", "effect.ts", "lazy.ts", "stranger.ts"]) file(name, "export {};");
    file("model.bin", "weights");
  });

  it("covers every file that the entry reaches, and no other", () => {
    const names = sourcesOf(join(folder, "entry.ts")).map((path) => path.slice(folder.length + 1));
    expect(names.sort()).toEqual(["effect.ts", "entry.ts", "far.ts", "lazy.ts", "near.ts"]);
  });

  it.each(["far.ts", "lazy.ts", "model.bin"])("changes with %s", (name) => {
    const before = fingerprint(folder, parts());
    expect(fingerprint(folder, parts())).toBe(before);
    file(name, "changed ", name);
    expect(fingerprint(folder, parts())).not.toBe(before);
  });

  it("changes with a setting, and not with a file out of reach", () => {
    const before = fingerprint(folder, parts());
    file("stranger.ts", "changed");
    expect(fingerprint(folder, parts())).toBe(before);
    expect(fingerprint(folder, { ...parts(), settings: 2 })).not.toBe(before);
  });
});
