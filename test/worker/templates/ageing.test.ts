/** People whose matches come closer to the threshold are asked for a new photo before they are refused. */
import { reset } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const alice = "/v1/subjects/alice";
const angleOf = (distance: number) => 2 * Math.asin(distance / 2);

async function verifyAt({ callAs }: Service, distance: number, key = "test-key") {
  const response = await callAs(key, `${alice}/verify`, jpeg(photoAt(angleOf(distance))));
  return (await response.json()) as { match: boolean; new_photo_suggested?: boolean };
}

async function keyWith({ call }: Service, ...scopes: string[]): Promise<string> {
  return ((await (await call("/v1/keys", json({ scopes }))).json()) as { key: string }).key;
}

const listed = async ({ call }: Service) =>
  ((await (await call("/v1/ageing")).json()) as { subjects: { subject_id: string }[] }).subjects;

/** Matches ten times, the last ones at 0.95, where the threshold is 1.1. */
async function age(service: Service) {
  for (let i = 0; i < 5; i++) await verifyAt(service, 0.5);
  const answers: boolean[] = [];
  for (let i = 0; i < 8; i++) answers.push((await verifyAt(service, 0.95)).new_photo_suggested === true);
  return answers;
}

it("a subject whose scores fall is told of to keys with scores, in the answer and in the list", async () => {
  const service = startService();
  await service.call(`${alice}/faces`, jpeg(photoAt(0)));
  expect(await age(service)).toEqual([false, false, false, false, true, true, true, true]);
  expect(await listed(service)).toMatchObject([{ subject_id: "alice", matches: 13, first: 0.5 }]);
  const phone = await keyWith(service, "verify", "admin");
  expect(await verifyAt(service, 0.95, phone)).not.toHaveProperty("new_photo_suggested");
  expect((await service.callAs(phone, "/v1/ageing")).status).toBe(403);
  const record = await service.callAs(await keyWith(service, "read", "admin"), `${alice}/record`);
  expect(await record.json()).toMatchObject({ score_trend: { matches: 14 } });
});

it("a new photo begins anew, and so does a deletion", async () => {
  const service = startService();
  const made = await service.call(`${alice}/faces`, jpeg(photoAt(0)));
  const { face_id } = (await made.json()) as { face_id: string };
  await age(service);
  await service.call(`${alice}/faces`, jpeg(photoAt(angleOf(0.95))));
  expect(await listed(service)).toEqual([]);
  expect(await verifyAt(service, 0.95)).not.toHaveProperty("new_photo_suggested");
  await service.call(`${alice}/faces/${face_id}`, { method: "DELETE" });
  const record = (await (await service.call(`${alice}/record`)).json()) as { score_trend: unknown };
  expect(record.score_trend).toBeNull();
});

it("refusals and steady scores suggest nothing", async () => {
  const service = startService();
  await service.call(`${alice}/faces`, jpeg(photoAt(0)));
  for (let i = 0; i < 15; i++) {
    expect(await verifyAt(service, 0.6)).not.toHaveProperty("new_photo_suggested");
    if (i % 3 === 0) expect(await verifyAt(service, 1.2)).toMatchObject({ match: false });
  }
  expect(await listed(service)).toEqual([]);
});
