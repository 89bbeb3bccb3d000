/** Options of a decision: its false match rate, and the treatment of poor photos. */
import { expect, test } from "vitest";
import {
  base64,
  calibration,
  darkPhotoAt,
  form,
  jpeg,
  json,
  maskedPhotoAt,
  photoAt,
  startService,
} from "../setup/service.ts";

function angleFor(distance: number): number {
  return 2 * Math.asin(distance / 2);
}

/** Calibration by which templates of ever more photos must come closer by 0.4. */
const byPhotos = { ...calibration, templates: { nearer: 0.4 } };

async function verifyAt(distance: number, query: string, photos = 1) {
  const { call } = startService({ calibration: byPhotos });
  for (let i = 0; i < photos; i++) await call("/v1/subjects/rate/faces", jpeg(photoAt(0)));
  const response = await call(`/v1/subjects/rate/verify${query}`, jpeg(photoAt(angleFor(distance))));
  const answer = (await response.json()) as {
    [field: string]: unknown;
    error?: { code: string; details: unknown };
  };
  // The store outlives the service: the subject is deleted, so that the next call starts from nothing.
  await call("/v1/subjects/rate", { method: "DELETE" });
  return Object.assign(answer, { status: response.status });
}

test("the threshold follows the false match rate that was asked for", async () => {
  for (const [query, threshold] of [
    ["", 1.1],
    ["?max_fmr=1e-4", 1.1],
    ["?max_fmr=0.01", 1.3],
    ["?max_fmr=1e-6", 0.9],
  ] as const) {
    const answer = await verifyAt(0.95, query);
    expect(answer.threshold).toBeCloseTo(threshold, 9);
    expect(answer.match).toBe(0.95 <= threshold);
    expect(answer.max_fmr).toBe(query === "" ? 1e-4 : Number(query.split("=")[1]));
  }
});

test("the answer says how rarely a stranger comes this close, and only bounds it where the data end", async () => {
  expect((await verifyAt(1.1, "")).fmr).toBeCloseTo(1e-4, 9);
  expect((await verifyAt(1.0, "")).fmr).toBeCloseTo(1e-5, 9);
  expect((await verifyAt(0.5, "")).fmr).toBe("< 0.000001");
  expect((await verifyAt(1.9, "")).fmr).toBe(1);
});

test("a template of several photos is held to the threshold of its number of photos", async () => {
  for (const [photos, threshold] of [
    [1, 1.1],
    [2, 0.9],
    [4, 0.8],
  ]) {
    const answer = await verifyAt(0.95, "", photos);
    expect(answer.threshold).toBeCloseTo(threshold, 9);
    expect(answer.match).toBe(0.95 <= threshold);
    expect(answer.template).toMatchObject({ photos });
  }
});

test("a template's version changes with every photo that joins or leaves, and comes back with them", async () => {
  const { call } = startService();
  const verified = async () => {
    const response = await call("/v1/subjects/named/verify", jpeg(photoAt(0)));
    return ((await response.json()) as { template: { version: string; photos: number } }).template;
  };
  const enrolled = async (angle: number) => {
    const response = await call("/v1/subjects/named/faces", jpeg(photoAt(angle)));
    return ((await response.json()) as { face_id: string }).face_id;
  };
  await enrolled(0);
  const alone = await verified();
  const second = await enrolled(0.2);
  const both = await verified();
  expect(alone).toEqual({ version: expect.stringMatching(/^[0-9a-f]{16}$/), photos: 1 });
  expect(both).toEqual({ version: expect.stringMatching(/^[0-9a-f]{16}$/), photos: 2 });
  expect(both.version).not.toBe(alone.version);
  await call(`/v1/subjects/named/faces/${second}`, { method: "DELETE" });
  expect(await verified()).toEqual(alone);
  await call("/v1/subjects/named", { method: "DELETE" });
});

test.each(["0", "-1", "1e-7", "0.02", "1", "NaN", "much", "", "1e999"])(
  "max_fmr=%s, which the calibration does not cover, is refused by name",
  async (rate) => {
    const answer = await verifyAt(0.5, `?max_fmr=${rate}`);
    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({ code: "invalid_request", details: { field: "max_fmr" } });
  },
);

test.each([
  ["the query", "?max_fmr=0.01", jpeg(photoAt(0.2))],
  ["a form", "", form({ image: photoAt(0.2), max_fmr: "0.01" })],
  ["JSON as a number", "", json({ image: base64(photoAt(0.2)), max_fmr: 0.01 })],
  ["JSON as text", "", json({ image: base64(photoAt(0.2)), max_fmr: "0.01" })],
])("max_fmr is taken from %s", async (_, query, init) => {
  const { call } = startService();
  await call("/v1/subjects/dressed", { method: "DELETE" });
  await call("/v1/subjects/dressed/faces", jpeg(photoAt(0)));
  const answer = await (await call(`/v1/subjects/dressed/verify${query}`, init)).json();
  expect(answer).toMatchObject({ max_fmr: 0.01, threshold: 1.3 });
});

test("a photo that is not fit is refused at enrolment with every reason", async () => {
  const { call } = startService();
  const response = await call("/v1/subjects/dim/faces", jpeg(darkPhotoAt(0)));
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    error: { code: "low_quality", details: { reasons: ["too_dark"] } },
  });
  expect((await call("/v1/subjects/dim")).status).toBe(404);
});

test("a probe that is not fit is answered with a warning, and refused when asked", async () => {
  const { call } = startService();
  await call("/v1/subjects/lit/faces", jpeg(photoAt(0)));
  const warned = await call("/v1/subjects/lit/verify", jpeg(darkPhotoAt(0)));
  expect(await warned.json()).toMatchObject({ match: true, face: { quality: { reasons: ["too_dark"] } } });
  const refused = await call("/v1/subjects/lit/verify?quality=refuse", jpeg(darkPhotoAt(0)));
  expect(refused.status).toBe(422);
  const both = form({ image_a: photoAt(0), image_b: darkPhotoAt(0), quality: "refuse" });
  expect(await (await call("/v1/compare", both)).json()).toMatchObject({
    error: { code: "low_quality", details: { field: "image_b", reasons: ["too_dark"] } },
  });
});

test("a face that something covers is refused at enrolment, and verified with a warning", async () => {
  const { call } = startService();
  const refused = await call("/v1/subjects/masked/faces", jpeg(maskedPhotoAt(0)));
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({
    error: { code: "low_quality", details: { reasons: ["occluded"] } },
  });
  await call("/v1/subjects/unmasked/faces", jpeg(photoAt(0)));
  const verified = await call("/v1/subjects/unmasked/verify", jpeg(maskedPhotoAt(0)));
  expect(await verified.json()).toMatchObject({
    match: true,
    face: { quality: { occlusion: 0.9, reasons: ["occluded"] } },
  });
});
