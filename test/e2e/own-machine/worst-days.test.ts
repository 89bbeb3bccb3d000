/**
 * Rehearsals for one's own machines: a copy of the files is restored, the key-encryption key is lost and found, and a
 * release is taken back after it wrote records.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sameface } from "../../../client/index.ts";
import { isExhaustive } from "../../fixtures/exhaustive.ts";
import { hasCommit } from "../releases/releases.ts";
import { cage, franck, franckAgain, read, repository } from "../setting.ts";
import { kek, type Machine, startMachine } from "./machine.ts";

const parent = mkdtempSync(join(tmpdir(), "sameface-worst-days-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
const otherKek = Buffer.alloc(32, 11).toString("base64");

/** Answers of everything that was enrolled, without what differs from call to call. */
async function answersOf({ client, url }: Machine, key: string) {
  const tenant = new Sameface({ url, key });
  const { match, distance } = await tenant.verify("franck", read(franckAgain));
  const other = await tenant.verify("cage", read(franckAgain));
  const { candidates, gallery_size } = await tenant.identify(read(franckAgain));
  const { retention_seconds } = await tenant.settings.get();
  const { faces } = await tenant.subjects.get("cage");
  const { keys } = await client.deployment.publicKeys();
  return { match, distance, other: other.match, candidates, gallery_size, retention_seconds, faces, keys };
}

async function fill({ client, url }: Machine): Promise<string> {
  const { key } = await client.tenants.create({ tenant_id: "acme" });
  await client.deployment.rotateSigningKey();
  const tenant = new Sameface({ url, key });
  await tenant.settings.change({ retention_seconds: 86_400 });
  await tenant.enrol("franck", read(franck));
  await tenant.enrol("cage", read(cage));
  await tenant.identify(read(cage));
  return key;
}

it("a copy of the files that was made while the service was held still answers as the service did", async () => {
  const machine = await startMachine(join(parent, "first"));
  const key = await fill(machine);
  const before = await answersOf(machine, key);
  // Enrolments go on until workerd is held, and after it.
  const late = Array.from({ length: 4 }, (_, i) => machine.client.enrol(`late-${i}`, read(franck)));
  process.kill(machine.workerdPid, "SIGSTOP");
  cpSync(join(parent, "first/objects"), join(parent, "copy/objects"), { recursive: true });
  process.kill(machine.workerdPid, "SIGCONT");
  await Promise.all(late);
  expect(await answersOf(machine, key)).toEqual(before);
  expect(await machine.stop()).toBe(0);
  rmSync(join(parent, "first"), { recursive: true });

  const restored = await startMachine(join(parent, "copy"));
  expect(await answersOf(restored, key)).toEqual(before);
  // It goes on from there.
  await new Sameface({ url: restored.url, key }).enrol("anew", read(cage));
  expect(await restored.stop()).toBe(0);
}, 180_000);

describe("without its key-encryption key", () => {
  const folder = join(parent, "kek");
  let key: string;
  let before: Awaited<ReturnType<typeof answersOf>>;
  beforeAll(async () => {
    const machine = await startMachine(folder);
    key = await fill(machine);
    before = await answersOf(machine, key);
    await machine.stop();
  }, 120_000);

  it("no face opens, nothing matches, and people can enrol again", async () => {
    const machine = await startMachine(folder, { SAMEFACE_KEK: otherKek });
    try {
      const tenant = new Sameface({ url: machine.url, key, maxRetries: 0 });
      await expect(tenant.verify("franck", read(franckAgain))).rejects.toMatchObject({ status: 500 });
      // The truth about who is enrolled needs no key.
      expect((await tenant.subjects.get("franck")).faces).toHaveLength(1);
      await tenant.enrol("new", read(franck));
      expect((await tenant.verify("new", read(franckAgain))).match).toBe(true);
      await tenant.subjects.delete("new");
    } finally {
      await machine.stop();
    }
  }, 120_000);

  it("all is as before once the key is found, also as the previous one", async () => {
    const found = { SAMEFACE_KEK: otherKek, SAMEFACE_KEK_PREVIOUS: kek };
    const machine = await startMachine(folder, found);
    expect(await answersOf(machine, key)).toEqual(before);
    while (!(await machine.client.deployment.rewrapKeys()).done);
    await machine.stop();
    // After the rotation the old key is needed no more.
    const rotated = await startMachine(folder, { SAMEFACE_KEK: otherKek });
    expect(await answersOf(rotated, key)).toEqual(before);
    await rotated.stop();
  }, 180_000);
});

/** 28 November 2026: the first release with `serve`. */
const versionBefore = "9019ed4";

describe.skipIf(!isExhaustive || !hasCommit(versionBefore))("a release that is taken back", () => {
  const checkout = join(parent, "release-before");
  const git = (...words: string[]) => execFileSync("git", words, { cwd: repository });
  beforeAll(() => {
    git("worktree", "add", "--detach", checkout, versionBefore);
    // With this checkout's packages; its own Worker is bundled at its start.
    execFileSync("ln", ["-s", join(repository, "node_modules"), join(checkout, "node_modules")]);
  });
  afterAll(() => git("worktree", "remove", "--force", checkout));

  it("reads what the release after it wrote, and that one reads what it wrote", async () => {
    const folder = join(parent, "taken-back");
    const now = await startMachine(folder);
    const key = await fill(now);
    const { match, distance, candidates, gallery_size, faces } = await answersOf(now, key);
    await now.stop();

    const before = await startMachine(folder, {}, { program: join(checkout, "cli/main.ts") });
    const tenant = new Sameface({ url: before.url, key });
    expect(await tenant.verify("franck", read(franckAgain))).toMatchObject({ match, distance });
    // Each release names fields of its own beside these.
    const found = await tenant.identify(read(franckAgain));
    const whoAndHowFar = (list: typeof candidates) =>
      list.map(({ subject_id, distance }) => ({ subject_id, distance }));
    expect(whoAndHowFar(found.candidates)).toEqual(whoAndHowFar(candidates));
    expect(found.gallery_size).toBe(gallery_size);
    expect((await tenant.subjects.get("cage")).faces.map(({ face_id }) => face_id)).toEqual(
      faces.map(({ face_id }) => face_id),
    );
    await tenant.enrol("meanwhile", read(cage));
    await before.stop();

    const again = await startMachine(folder);
    const later = new Sameface({ url: again.url, key });
    expect((await later.verify("meanwhile", read(cage))).match).toBe(true);
    expect(await later.verify("franck", read(franckAgain))).toMatchObject({ match, distance });
    await again.stop();
  }, 300_000);
});
