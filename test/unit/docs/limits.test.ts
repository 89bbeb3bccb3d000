/** The limits that the documentation states are those of the code: every number of its tables is checked. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { describe, expect, it, test } from "vitest";
import * as z from "zod";
import { photoHoldMs } from "../../../browser/capture/element.ts";
import { frontalRules, photoRules } from "../../../browser/capture/rules.ts";
import { defaultRates } from "../../../cli/commands/serve.ts";
import { readCalibration } from "../../../model/runtime.ts";
import { createBudget, isolateLimits } from "../../../src/admission/budget.ts";
import { parseConfig } from "../../../src/config.ts";
import { galleryRate } from "../../../src/face/decision/gallery-threshold.ts";
import { framesAsked } from "../../../src/face/liveness/challenge.ts";
import { guidedChange } from "../../../src/face/liveness/guidance.ts";
import { defaultQualityLimits } from "../../../src/face/quality/quality.ts";
import { sketchBytes } from "../../../src/face/replay/sketch.ts";
import type { AppEnv } from "../../../src/http/app-env.ts";
import { requestId } from "../../../src/http/middleware/record.ts";
import { defaultPatience } from "../../../src/http/request/body/body.ts";
import { maxFrameBytes } from "../../../src/http/request/frames.ts";
import { readJson } from "../../../src/http/request/json.ts";
import { maxJsonBytes, maxJsonNesting, maxJsonValues } from "../../../src/http/request/parsing/json-scan.ts";
import { maxParts } from "../../../src/http/request/parsing/multipart.ts";
import { maxPartHeaderBytes } from "../../../src/http/request/parsing/part-head.ts";
import {
  exportQuerySchema,
  keyRequestSchema,
  sessionRequestSchema,
  tenantIdSchema,
} from "../../../src/http/schemas/administration.ts";
import {
  defaultMaxCandidates,
  identificationOptionsSchema,
} from "../../../src/http/schemas/identification.ts";
import {
  enrolmentOptionsSchema,
  idempotencyKeySchema,
  listQuerySchema,
  maxMetadataBytes,
  subjectIdSchema,
  verificationOptionsSchema,
} from "../../../src/http/schemas/requests.ts";
import { maxSubjectIdBytes } from "../../../src/identity/ids.ts";
import { defaultSettings, tenantSettingsSchema } from "../../../src/identity/settings.ts";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { read, repository, rowsOf } from "../../fixtures/documentation.ts";
import { flatJpeg } from "../../fixtures/photos/images.ts";
import { type Oversized, oversizedPhotos } from "../../fixtures/photos/oversized-photos.ts";

const limits = read("docs/limits.md");
const mebibyte = 2 ** 20;
const config = parseConfig({});
const calibration = readCalibration();
const codecs = nodeCodecs();

function numbersOf(text: string): number[] {
  const plain = text.replaceAll(/`[^`]*`|\([^)]*\)$|\]\([^)]*\)/g, "");
  return [...plain.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([number]) => Number(number.replaceAll(",", "")));
}

/**
 * Finds the largest number below 2^25 that is accepted, bit by bit; every number between the least and it must be
 * accepted.
 */
function largest(accepts: (value: number) => boolean): number {
  let accepted = 0;
  for (let step = 2 ** 24; step >= 1; step /= 2) if (accepts(accepted + step)) accepted += step;
  return accepted;
}

const longestText = (schema: z.ZodType) => largest((length) => schema.safeParse("a".repeat(length)).success);

const inQuery = (schema: z.ZodObject, name: string) => (value: number) =>
  schema.safeParse({ [name]: String(value) }).success;

async function longestJson(): Promise<number> {
  const app = new Hono<AppEnv>();
  const budget = createBudget({ codecBytes: () => 0 });
  app.post("/", async (c) => {
    c.set("claim", budget.open());
    const body = await readJson(c, z.object({}));
    return c.json(body.ok ? null : body.failure);
  });
  const headers = { "Content-Type": "application/json", "Content-Length": `${mebibyte}` };
  const answer = await app.request("/", { method: "POST", headers, body: new Uint8Array(mebibyte) });
  return ((await answer.json()) as { limit: number }).limit;
}

async function longestRequestId(): Promise<number> {
  const app = new Hono<AppEnv>();
  app.use(requestId(() => "made"));
  app.get("/", (c) => c.text(c.var.requestId));
  for (let length = 1; ; length++) {
    const answer = await app.request("/", { headers: { "X-Request-Id": "a".repeat(length) } });
    if ((await answer.text()) === "made") return length - 1;
  }
}

function rateOf(binding: string): number {
  const text = readFileSync(join(repository, "wrangler.toml"), "utf8");
  const [, limit, period] =
    new RegExp(`name = "${binding}"[^[]*?limit = (\\d+), period = (\\d+)`).exec(text) ?? [];
  return (60 * Number(limit)) / Number(period);
}

async function widestJpeg(): Promise<number> {
  let widest = 0;
  for (const side of [65_499, 65_500, 65_501, 65_535])
    if ((await openPhoto(flatJpeg(side, 64), defaultImageLimits, codecs)).ok) widest = side;
  return widest;
}

function isBodyLimit(bytes: number): boolean {
  try {
    return parseConfig({ SAMEFACE_MAX_BODY_BYTES: `${bytes}` }).maxBodyBytes === bytes;
  } catch {
    return false;
  }
}

const session = { subject_id: "a", action: "verify" };
const { lockOut } = defaultSettings;
const page = listQuerySchema(config);
const longestPage = (schema: z.ZodObject) => largest(inQuery(schema, "limit"));
const sessionLimit = (name: string) =>
  largest((value) => sessionRequestSchema.safeParse({ ...session, [name]: value }).success);

/** Numbers of a row's second cell, by its first cell. */
const replayShape = tenantSettingsSchema.shape.replay.unwrap().shape;
/** Bytes that sealing adds: the IV and the tag. */
const sealingBytes = 12 + 16;

const stated: Readonly<Record<string, readonly number[]>> = {
  "scans of a JPEG": [defaultImageLimits.maxScans],
  "blocks of 8 x 8 that all scans of a JPEG go through": [defaultImageLimits.maxScanBlocks],
  "either side": [defaultImageLimits.minSidePixels],
  "a side of a JPEG": [await widestJpeg()],
  "several pictures in one file (animation)": [],
  "the face": [defaultQualityLimits.minEyeDistancePx],
  "a body with photos, or a page of an export": [config.maxBodyBytes, config.maxBodyBytes / mebibyte],
  "a body of JSON without photos": [await longestJson()],
  "JSON beside its photos": [maxJsonBytes, maxJsonValues, maxJsonNesting],
  "parts of a form": [maxParts, maxPartHeaderBytes],
  "time without a byte": [defaultPatience.maxSilenceMs / 1000],
  "time for all of it": [defaultPatience.maxTotalMs / 1000],
  memory: [isolateLimits.totalBytes / mebibyte, isolateLimits.maxWaitMs / 1000],
  "codings (`Content-Encoding`)": [],
  "`subject_id`": [longestText(subjectIdSchema), maxSubjectIdBytes],
  "`tenant_id`": [longestText(tenantIdSchema)],
  "`Idempotency-Key`": [longestText(idempotencyKeySchema)],
  "sketches of a subject": [
    replayShape.maxSketches.minValue!,
    replayShape.maxSketches.maxValue!,
    defaultSettings.replay.maxSketches,
    sketchBytes + sealingBytes,
    defaultSettings.replay.keptSeconds / (24 * 3600),
  ],
  "`X-Request-Id`": [await longestRequestId()],
  "`nonce`": [longestText(verificationOptionsSchema.shape.nonce)],
  "`consent_version`, `consent_purpose`": [longestText(enrolmentOptionsSchema.shape.consent_purpose)],
  "`metadata`": [maxMetadataBytes],
  "`name` of a key": [longestText(keyRequestSchema.shape.name)],
  "subjects, tenants or lines of the audit trail on a page": [1, longestPage(page), page.parse({}).limit],
  "faces on a page of an export": [1, longestPage(exportQuerySchema), exportQuerySchema.parse({}).limit],
  "`max_candidates`": [
    1,
    largest(inQuery(identificationOptionsSchema, "max_candidates")),
    defaultMaxCandidates,
  ],
  "`max_fmr`": [calibration.measuredDownTo, calibration.fmrTable.at(-1)![1]],
  "requests with a key at one location": [rateOf("KEY_RATE")],
  "requests with a session token at one location": [rateOf("SESSION_RATE")],
  "refused keys from one address at one location": [rateOf("FAILURE_RATE")],
  "verifications with a session token": [
    1,
    sessionLimit("max_uses"),
    sessionRequestSchema.parse(session).max_uses,
  ],
  "frames of a liveness session": [framesAsked, maxFrameBytes / 2 ** 20],
  "seconds that a session token lives": [10, 3600, sessionRequestSchema.parse(session).ttl_seconds],
  "failed verifications of a subject": [lockOut.maxInARow, lockOut.maxTotal],
};

const withRefusal = ["what", "limit", "beyond it"];
const tables = limits
  .split(/^## /m)
  .flatMap((section) => [withRefusal, withRefusal.slice(0, 2)].flatMap((heads) => tablesOf(section, heads)));

function tablesOf(section: string, heads: readonly string[]): string[][] {
  return section.includes(`\n| ${heads.join(" | ")} |\n`) ? rowsOf(section, ...heads) : [];
}

describe("docs/limits.md", () => {
  it.each(tables)("states of %s what is so: %s", (what, limit) => {
    // Checked below: the data support this number, and none much larger.
    if (what === "faces searched at an FPIR of 0.01") return;
    expect(numbersOf(limit)).toEqual(stated[what]);
  });

  it("has all of these", () => {
    expect(tables.map(([what]) => what)).toEqual(expect.arrayContaining(Object.keys(stated)));
  });

  it("states how many faces can be searched at an FPIR of 0.01", () => {
    const [, limit] = tables.find(([what]) => what === "faces searched at an FPIR of 0.01")!;
    const [faces] = numbersOf(limit);
    expect(galleryRate(calibration.measuredDownTo, faces)).toBeLessThanOrEqual(0.01);
    expect(galleryRate(calibration.measuredDownTo, 1.01 * faces)).toBeGreaterThan(0.01);
  });

  test("a session token of less than 10 seconds is refused, and of more than 3,600", () => {
    const accepts = (ttl_seconds: number) =>
      sessionRequestSchema.safeParse({ ...session, ttl_seconds }).success;
    expect([9, 10, 3600, 3601].map(accepts)).toEqual([false, true, true, false]);
  });
});

/** Rounds down, so that the stated number is accepted. */
const megapixels = (pixels: number) => Math.floor(pixels / 1e5) / 10;

async function mostPixels(make: Oversized, fileBytes: number): Promise<number> {
  const photo = make(fileBytes);
  expect(photo.length).toBe(fileBytes);
  const opened = await openPhoto(photo, defaultImageLimits, codecs);
  if (opened.ok || opened.failure.code !== "image_too_large") throw new Error("it is not too large");
  return opened.failure.limit;
}

const fileLengths = [1e6, 5e6, 10 * mebibyte];

describe("docs/limits.md, of photos", () => {
  const rows = rowsOf(limits, "format", "1 MB", "5 MB", "10 MiB");

  it("has a row for each of these", () => {
    expect(rows.map(([format]) => format)).toEqual(Object.keys(oversizedPhotos));
  });

  it.each(rows)("states how many megapixels are accepted: %s", async (format, ...stated) => {
    const most = [];
    for (const length of fileLengths)
      most.push(megapixels(await mostPixels(oversizedPhotos[format], length)));
    expect(stated.map(Number)).toEqual(most);
  });
});

describe("README.md's limits", () => {
  const rows = rowsOf(read("README.md"), "limit", "", "beyond it");
  const millions = async (format: string) =>
    Math.round((await mostPixels(oversizedPhotos[format], 1e6)) / 1e6);

  it("are the same", async () => {
    expect(rows.map(([what, limit]) => [what, numbersOf(limit)])).toEqual([
      ["a body", [config.maxBodyBytes / mebibyte]],
      ["a JSON body without a photo", [(await longestJson()) / 1024]],
      [
        "a photo's pixels",
        [
          await millions("JPEG, baseline"),
          await millions("PNG, up to 24 bits a pixel"),
          await millions("WebP, lossy"),
          await millions("AVIF, 8 bits, 4:2:0"),
        ],
      ],
      ["a photo's shorter side", [defaultImageLimits.minSidePixels]],
      ["`metadata`", [maxMetadataBytes]],
      ["a body's way here", [defaultPatience.maxSilenceMs / 1000, defaultPatience.maxTotalMs / 1000]],
      ["memory of an instance", [isolateLimits.totalBytes / mebibyte]],
      ["requests at one location", [rateOf("KEY_RATE"), rateOf("SESSION_RATE"), rateOf("FAILURE_RATE")]],
    ]);
  });
});

it("serve limits as the deployed Worker does where its environment says nothing", () => {
  const deployed = Object.keys(defaultRates).map((binding) => [binding, rateOf(binding)]);
  expect(defaultRates).toEqual(Object.fromEntries(deployed));
});

describe("docs/operating.md", () => {
  const flowing = read("docs/operating.md").replaceAll(/\s+/g, " ");
  const { smallBodyBytes, smallBodiesBytes, leastBytesPerSecond, leaseMs, totalBytes, maxWaitMs } =
    isolateLimits;

  it.each([
    `a budget of ${totalBytes / mebibyte} MiB`,
    `slower than ${leastBytesPerSecond / 1024} KiB a second`,
    `Decodes of more than ${isolateLimits.longDecodeBytes / mebibyte} MiB compute long and take turns, with ${isolateLimits.breathMs} ms between two`,
    `for ${maxWaitMs / 1000} seconds at most`,
    `The first ${smallBodyBytes / 1024} KiB of every body come from ${smallBodiesBytes / mebibyte} MiB of their own`,
    `gives its room back within ${leaseMs / 1000} seconds`,
    `may be ${largest(isBodyLimit) / mebibyte} MiB at most`,
    `default ${config.maxBodyBytes} (${config.maxBodyBytes / mebibyte} MiB)`,
  ])("says: %s", (sentence) => {
    expect(flowing).toContain(sentence);
  });
});

test("docs/mobile.md states the rules of a selfie and of the poses", () => {
  const page = read("docs/mobile.md");
  const rules = Object.fromEntries(
    rowsOf(page, "rule", "limit", "instruction", "measure").map(([rule, limit]) => [rule, numbersOf(limit)]),
  );
  expect(rules).toEqual({
    "one face": [1],
    "large enough": [photoRules.minFaceShare, photoRules.minEyeDistancePx],
    "not too large": [photoRules.maxFaceShare, frontalRules.maxFaceShare],
    "in the middle": [photoRules.maxOffCentre],
    whole: [photoRules.minInFrame],
    straight: [photoRules.maxYawDegrees, photoRules.maxPitchDegrees],
    upright: [photoRules.maxRollDegrees],
    light: [photoRules.minBrightness, photoRules.maxBrightness, 255],
    uncovered: [photoRules.maxOcclusion],
    sharp: [photoRules.minSharpness],
    "recognisable, where you ask for it": [],
  });
  const { turnDegrees, liftDegrees, closer } = guidedChange;
  const poses = rowsOf(page, "pose", "change to lead to", "instruction");
  expect(poses.map(([, change]) => numbersOf(change).slice(0, 2))).toEqual([
    [turnDegrees.least, turnDegrees.most],
    [liftDegrees.least, liftDegrees.most],
    [closer.least, closer.most],
  ]);
  expect(page).toContain(`hold for ${photoHoldMs / 1000} seconds`);
});
