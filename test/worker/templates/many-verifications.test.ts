/** Many verifications of a subject whose photos come and go: somebody else's photo never matches, whatever was enrolled. */
import { reset } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import { times } from "../../fixtures/exhaustive.ts";
import { nearDirection, randomDirection } from "../../fixtures/people/sphere.ts";
import { form, json, photoOf, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const dimension = 352;
const verifications = times(10_000, 200);
const timeout = 60_000 + 20 * verifications;

const uniform = seededRandom(22);
const direction = () => randomDirection(dimension, uniform);
const photoOfPerson = (person: Float64Array) => photoOf([...nearDirection(person, uniform)]);

const alice = "/v1/subjects/alice";

async function enrol({ call }: Service, photo: Uint8Array<ArrayBuffer>): Promise<string> {
  const answer = await call(`${alice}/faces?conflicts=allow`, form({ image: photo }));
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { face_id: string }).face_id;
}

it(`of ${verifications} none of another person's is a match, and the subject's own are`, {
  timeout,
}, async () => {
  const service = startService({ embeddingLength: dimension });
  await service.call("/v1/settings", {
    ...json({
      lock_out: { max_in_a_row: 1_000_000, delay_seconds: 30, max_total: 1_000_000 },
      replay: { sessions: "off", keys: "off", max_sketches: 1, kept_seconds: 3600 },
      audit_retention_seconds: 3600,
    }),
    method: "PATCH",
  });
  const [person, somebodyElse, ...strangers] = Array.from({ length: 20 }, direction);
  const own = [await enrol(service, photoOfPerson(person)), await enrol(service, photoOfPerson(person))];
  const others: string[] = [];
  const counts = { own: 0, ownMatches: 0, outlier: 0, stranger: 0 };
  const seen = new Set<string>();
  for (let i = 0; i < verifications; i++) {
    // The template changes all the time: a photo of somebody else joins and leaves, own ones join and leave.
    service.wait(1);
    if (i % 50 === 10) others.push(await enrol(service, photoOfPerson(somebodyElse)));
    if (i % 50 === 20) own.push(await enrol(service, photoOfPerson(person)));
    if (i % 50 === 35) await service.call(`${alice}/faces/${own.shift()}`, { method: "DELETE" });
    if (i % 50 === 40) await service.call(`${alice}/faces/${others.shift()}`, { method: "DELETE" });
    const kind = i % 4 === 0 ? "own" : i % 4 === 1 ? "stranger" : "outlier";
    const shown = { own: person, outlier: somebodyElse, stranger: strangers[i % strangers.length] }[kind];
    const answer = await service.call(`${alice}/verify`, form({ image: photoOfPerson(shown) }));
    const { match, template } = (await answer.json()) as {
      match: boolean;
      template: { version: string; photos: number };
    };
    counts[kind]++;
    seen.add(template.version);
    // The outlier is in no template, whether it is enrolled or not.
    expect(template.photos).toBe(own.length);
    if (kind === "own") counts.ownMatches += match ? 1 : 0;
    else expect(match, `verification ${i} of ${kind}`).toBe(false);
  }
  expect(counts.ownMatches).toBe(counts.own);
  expect(counts.outlier).toBeGreaterThan(verifications / 3);
  expect(seen.size).toBeGreaterThan(verifications / 30);
});
