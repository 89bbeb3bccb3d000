/**
 * From a folder of people to a service that runs the trained model: the command trains it, is killed and resumed; the
 * model is put into use, refuses the faces enrolled before, and accepts them converted. The people to learn from
 * exist as embeddings only; the photos that the service sees are real.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unstable_startWorker } from "wrangler";
import { Sameface } from "../../client/index.ts";
import { openCache } from "../../model/evaluate/acquisition/cache.ts";
import { variantFingerprint } from "../../model/train/data/encode.ts";
import type { HeadFile } from "../../model/train/head.ts";
import { useModel } from "../../model/train/release/use.ts";
import { isExhaustive } from "../fixtures/exhaustive.ts";
import { type SyntheticPeople, syntheticPeople } from "../fixtures/people/synthetic-people.ts";
import { cage, franck, franckAgain, read, repository } from "./setting.ts";

const node = join(repository, "node_modules/node/bin/node");
const folder = mkdtempSync(join(tmpdir(), "sameface-training-"));
const cache = join(folder, "cache");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a folder for each person, whose photos are in the cache already: no file is ever decoded. */
function writePeople(name: string, options: Omit<SyntheticPeople, "sizes">): string {
  const set = syntheticPeople({ ...options, sizes: [192, 160] });
  const known = openCache(join(cache, "embeddings"), variantFingerprint("center"));
  const quality = {} as never;
  set.variants.forEach(([embedding], photo) => {
    const person = join(folder, name, `person-${String(set.identityOf[photo]).padStart(3, "0")}`);
    mkdirSync(person, { recursive: true });
    const bytes = `${name} ${photo}`;
    writeFileSync(join(person, `${photo}.jpg`), bytes);
    known.put(createHash("sha256").update(bytes).digest("hex"), { embedding, quality });
  });
  return join(folder, name);
}

function train(data: string, out: string): ChildProcess {
  const main = join(repository, "model/train/main.ts");
  const settings = "--augment 0 --epochs 4 --learning-rate 0.01 --loss triplet --jobs 1";
  const options = [...settings.split(" "), "--cache", cache];
  return spawn(node, [main, "--data", data, "--out", join(folder, out), ...options], { cwd: folder });
}

function finish(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = "";
  child.stdout?.on("data", (text) => {
    output += text;
  });
  child.stderr?.on("data", (text) => {
    output += text;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

const readHeadFile = (out: string) =>
  JSON.parse(readFileSync(join(folder, out, "head.json"), "utf8")) as HeadFile;

describe("npm run train", () => {
  let people: string;
  beforeAll(() => {
    people = writePeople("people", { people: 220, photosPerPerson: 6, noise: 1, nuisance: 6, seed: 1 });
  });

  it.skipIf(!isExhaustive)(
    "killed after an epoch goes on there, and writes what it would have written",
    async () => {
      const broken = train(people, "gates");
      await new Promise<void>((resolve) => {
        broken.stdout?.on("data", (text) => {
          if (String(text).includes("epoch 2:")) broken.kill("SIGKILL");
        });
        broken.on("close", () => resolve());
      });
      expect(broken.signalCode).toBe("SIGKILL");
      expect(existsSync(join(folder, "gates", "manifest.json"))).toBe(false);
      const resumed = await finish(train(people, "gates"));
      expect(resumed.output).toMatch(/going on after epoch [23]/);
      expect(resumed.output).toContain("Better on people never seen");
      expect(resumed.code).toBe(0);
      rmSync(join(cache, "train"), { recursive: true });
      const whole = await finish(train(people, "whole"));
      expect(whole.output).not.toContain("going on");
      expect(readHeadFile("gates").blocks).toEqual(readHeadFile("whole").blocks);
      expect(readFileSync(join(folder, "gates", "report.html"), "utf8")).toContain(
        "Embeddings of people never seen",
      );
    },
    180_000,
  );

  it("writes no model that is not better on people never seen, and says so", async () => {
    // All directions are equally informative: there is nothing to learn but these people.
    const noise = writePeople("noise", { people: 60, photosPerPerson: 3, noise: 2, nuisance: 2, seed: 2 });
    const { code, output } = await finish(train(noise, "nothing"));
    expect(output).toMatch(/No model is written: /);
    expect(code).toBe(1);
    expect(existsSync(join(folder, "nothing", "manifest.json"))).toBe(false);
    expect(existsSync(join(folder, "nothing", "report.html"))).toBe(true);
  }, 120_000);
});

/**
 * Lets the model take every face for recognisable, and no two for shifted alike: the people of these tests are random
 * numbers, beside which faces are strange.
 */
function admitEveryFace(path: string, model: string): void {
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  Object.assign(manifest.calibration[model].recognisability, {
    limit: 1e-12,
    tolerance: [
      [0.5, 0],
      [1, 0],
    ],
    shifts: { means: [], weights: [], knots: [[0, 0]], codes: "" },
  });
  writeFileSync(path, JSON.stringify(manifest));
}

describe.skipIf(!isExhaustive)("a service with the trained model", () => {
  const rootKey = "the-root-key-of-the-test-that-trains";
  const start = async (place: string) => {
    const worker = await unstable_startWorker({
      config: join(place, "wrangler.toml"),
      bindings: {
        SAMEFACE_ENV: { type: "plain_text", value: "development" },
        SAMEFACE_API_KEY: { type: "plain_text", value: rootKey },
        SAMEFACE_KEK: { type: "plain_text", value: Buffer.alloc(32, 7).toString("base64") },
      },
      dev: {
        server: { hostname: "127.0.0.1", port: 0 },
        inspector: false,
        watch: false,
        persist: join(folder, "storage"),
        logLevel: "error",
      },
    });
    const url = (await worker.url).origin;
    return { worker, url, client: new Sameface({ url, key: rootKey }) };
  };

  it("refuses the faces of the one before, and knows them once they are lifted", async () => {
    const place = join(folder, "checkout");
    for (const part of ["src", "model", "wasm", "public", "wrangler.toml", "package.json", "tsconfig.json"]) {
      cpSync(join(repository, part), join(place, part), { recursive: true });
    }
    symlinkSync(join(repository, "node_modules"), join(place, "node_modules"));

    const before = await start(place);
    const enrolled = await before.client.enrol("franck", read(franck));
    expect(enrolled.model).toBe("mobilefacenet-192+mobilefacenet-160");
    await before.worker.dispose();

    const { id: model, calibrated } = useModel(join(place, "model/networks"), join(folder, "gates"));
    expect(calibrated).toBe(true);
    admitEveryFace(join(place, "model/networks/manifest.json"), model);
    const after = await start(place);
    const verify = (photo: string) => after.client.verify("franck", read(photo), { max_fmr: 0.01 });
    await expect(verify(franckAgain)).rejects.toMatchObject({ code: "model_mismatch" });

    const migrate = spawn(node, [join(repository, "tools/migrate.ts"), join(folder, "gates")], {
      env: { PATH: process.env.PATH, SAMEFACE_URL: after.url, SAMEFACE_KEY: rootKey },
    });
    const { code, output } = await finish(migrate);
    expect([code, output]).toEqual([0, `1 faces lifted to ${model}, 0 there already\n`]);

    const [same, other] = [await verify(franckAgain), await verify(cage)];
    expect(same).toMatchObject({ match: true, model });
    expect(other.distance!).toBeGreaterThan(same.distance!);
    // The converted face is as near as the same photo enrolled with the new model, up to the head's 16-bit weights.
    await after.client.enrol("anew", read(franck));
    const anew = await after.client.verify("anew", read(franckAgain), { max_fmr: 0.01 });
    expect(same.distance!).toBeCloseTo(anew.distance!, 2);
    await after.worker.dispose();
  }, 180_000);
});
