/** A service that is killed in the middle of its work loses nothing that it has answered. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { cage, franck, franckAgain, read } from "../setting.ts";
import { type Machine, startMachine } from "./machine.ts";

const parent = mkdtempSync(join(tmpdir(), "sameface-crash-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

it("kill -9 in the middle of 200 enrolments loses none that was answered", async () => {
  const folder = join(parent, "data");
  const machine = await startMachine(folder);
  const photo = read(franck);
  const answered = new Set<string>();
  const unanswered = new Set<string>();
  let next = 0;
  let crash: Promise<number | null> | undefined;
  const enrolInTurn = async ({ client }: Machine) => {
    while (next < 200) {
      const subject = `subject-${next++}`;
      try {
        await client.enrol(subject, photo, { maxRetries: 0 });
        answered.add(subject);
      } catch {
        unanswered.add(subject);
      }
      if (answered.size >= 100) crash ??= machine.crash();
    }
  };
  await Promise.all(Array.from({ length: 4 }, () => enrolInTurn(machine)));
  expect(await crash).toBe(2);
  expect(answered.size).toBeGreaterThanOrEqual(100);
  expect(unanswered.size).toBeGreaterThan(0);

  const again = await startMachine(folder);
  const { client } = again;
  for (const subject of answered) expect((await client.subjects.get(subject)).faces).toHaveLength(1);
  // An enrolment that was under way is there whole, or not at all.
  for await (const { subject_id } of client.subjects.all()) {
    expect(answered.has(subject_id) || unanswered.has(subject_id)).toBe(true);
    expect((await client.subjects.get(subject_id)).faces).toHaveLength(1);
  }
  const [some] = answered;
  expect((await client.verify(some, read(franckAgain))).match).toBe(true);
  // The galleries catch up with what they missed.
  const found = await client.identify(read(franckAgain));
  expect(found.gallery_size).toBeGreaterThanOrEqual(answered.size);
  expect(found.candidates.length).toBeGreaterThan(0);
  expect((await client.identify(read(cage))).candidates).toEqual([]);
  expect(await again.stop()).toBe(0);
}, 240_000);
