/**
 * Climbers at the service, with every kind of key and with a session token, free to vary photo, rate, fields and
 * routes, and with the lock-out disabled: the information in each answer, and how near a template they come. Each is
 * compared with the same climber with the scope "scores".
 */

import { reset } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, inject, it } from "vitest";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import { thresholdAt } from "../../../src/face/decision/calibration.ts";
import { thresholdForGallery } from "../../../src/face/decision/gallery-threshold.ts";
import { newKeyAnswerSchema, sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { times } from "../../fixtures/exhaustive.ts";
import { type Climbed, climb, type Decision, probeAt } from "../../fixtures/people/climber.ts";
import { distanceBetween, randomDirection, sphereCalibration } from "../../fixtures/people/sphere.ts";
import { jpeg, json, photoOf, type Service, startService } from "../setup/service.ts";
import { readTold, type Told } from "../setup/told.ts";

beforeEach(reset);

/** Ten thousand tries for each climber take twenty minutes of a processor: `SAMEFACE_TRIES=10000`. */
const tries = inject("climbingTries") || times(1_000, 150);
/** Dimension at which strangers come about as close as the shipped encoder's. */
const dimension = 64;
const calibration = sphereCalibration(dimension);
const verifyAlice = "/v1/subjects/alice/verify";
/** Distance of another photo of a person; all thresholds are beyond it. */
const startDistance = 0.8;

/** Records every answer, by request. */
class Answers {
  readonly #told = new Map<string, Set<string>>();
  count = 0;

  async note(asked: string, response: Response): Promise<Told> {
    this.count++;
    const { words, body } = await readTold(response);
    this.#told.set(asked, (this.#told.get(asked) ?? new Set()).add(words));
    return body;
  }

  /** Number of different answers to each kind of request. */
  get perRequest(): number[] {
    return [...this.#told.values()].map((answers) => answers.size);
  }

  /** Largest number of bits in one try. */
  get bits(): number {
    return Math.log2(Math.max(...this.perRequest));
  }

  get different(): number {
    return new Set([...this.#told.values()].flatMap((answers) => [...answers])).size;
  }
}

interface Caller {
  readonly service: Service;
  readonly key: string;
  readonly scores: boolean;
  readonly answers: Answers;
}

/** A kind of caller: its scopes, the rates that it may choose from, and how it asks. */
interface Way {
  readonly scopes: readonly string[];
  readonly rates: number;
  open(caller: Caller): (probe: Float64Array, rate: number) => Promise<Decision | undefined>;
}

const decades = ["1e-4", "1e-5"];

function decisionOf({ match, distance, threshold }: Told): Decision | undefined {
  return match === undefined || threshold === undefined ? undefined : { match, distance, threshold };
}

const ways: Record<string, Way> = {
  "a verify key": {
    scopes: ["verify"],
    rates: decades.length,
    open:
      ({ service, key, answers }) =>
      async (probe, rate) => {
        const path = `${verifyAlice}?max_fmr=${decades[rate]}`;
        return decisionOf(await answers.note(path, await service.callAs(key, path, jpeg(photoOf(probe)))));
      },
  },
  // No token has scores: with scores this is the verify key's climber.
  "a session token": {
    scopes: ["verify"],
    rates: 1,
    open({ service, key, answers }) {
      let token = "";
      let usesLeft = 0;
      return async (probe) => {
        if (usesLeft-- === 0) [token, usesLeft] = [await newToken(service, key), 99];
        let answer = await service.callAs(token, verifyAlice, jpeg(photoOf(probe)));
        if (answer.status === 401) {
          [token, usesLeft] = [await newToken(service, key), 99];
          answer = await service.callAs(token, verifyAlice, jpeg(photoOf(probe)));
        }
        // The length of a lock depends on how often it was met.
        const lock = answer.status === 423 ? `locked for ${answer.headers.get("Retry-After")}` : "";
        return decisionOf(await answers.note(lock, answer));
      };
    },
  },
  "an identify key": {
    scopes: ["identify"],
    rates: 1,
    open({ service, key, scores, answers }) {
      // The rate is the laxest that there is.
      const path = `/v1/identify${scores ? "?max_fpir=0.99" : ""}`;
      return async (probe) => {
        const told = await answers.note("", await service.callAs(key, path, jpeg(photoOf(probe))));
        const { candidates, threshold } = told;
        if (candidates === undefined || threshold === undefined) return undefined;
        return { match: candidates.length > 0, distance: candidates[0]?.distance, threshold };
      };
    },
  },
  "an enrol key": {
    scopes: ["enrol"],
    rates: 1,
    open({ service, key, scores, answers }) {
      return async (probe) => {
        // The caller knows that one person is enrolled, and computes the threshold.
        const limits = thresholdForGallery(calibration, 1, {
          asked: undefined,
          defaultMaxFpir: 0.01,
          maxFmr: 1e-4,
          ceilingFmr: Number.POSITIVE_INFINITY,
          inDecades: !scores,
        });
        if (!limits.ok) throw new Error(limits.failure.code);
        const { threshold } = limits.value;
        const path = "/v1/subjects/mallory/faces?duplicates=refuse";
        const answer = await service.callAs(key, path, jpeg(photoOf(probe)));
        await answers.note(`${threshold}`, answer);
        // The next photo must meet no face of the caller's own.
        if (answer.status === 201) await service.call("/v1/subjects/mallory", { method: "DELETE" });
        return answer.status === 201 || answer.status === 409
          ? { match: answer.status === 409, threshold }
          : undefined;
      };
    },
  },
};

async function newToken(service: Service, key: string): Promise<string> {
  const request = json({ subject_id: "alice", action: "verify", max_uses: 100, ttl_seconds: 3600 });
  const answer = await service.callAs(key, "/v1/sessions", request);
  return sessionAnswerSchema.parse(await answer.json()).token;
}

function thresholdOf(rate: number): number {
  const threshold = thresholdAt(calibration, rate);
  if (!threshold.ok) throw new Error(threshold.failure.code);
  return threshold.value;
}

async function keyWith({ call }: Service, scopes: readonly string[]): Promise<string> {
  return newKeyAnswerSchema.parse(await (await call("/v1/keys", json({ scopes }))).json()).key;
}

const open = { max_in_a_row: 1_000_000, delay_seconds: 30, max_total: 1_000_000 };

/** Starts a service with one enrolled person, at a place that the seed decides. */
async function mountain(seed: number, lock_out: object | undefined) {
  const uniform = seededRandom(seed);
  const template = randomDirection(dimension, uniform);
  const service = startService({ calibration, embeddingLength: dimension });
  if (lock_out !== undefined) await service.call("/v1/settings", { ...json({ lock_out }), method: "PATCH" });
  const enrolled = await service.call("/v1/subjects/alice/faces", jpeg(photoOf(template)));
  expect(enrolled.status).toBe(201);
  return { service, uniform, template };
}

const starts = ["noise", "a matching photo"] as const;
type Start = (typeof starts)[number];

const report: string[] = [];
afterAll(() => console.log(report.join("\n")));

function reportOn(who: string, start: Start, climbed: Climbed, answers: Answers) {
  const { decisions, matches, bestDistance } = climbed;
  report.push(
    `${who.padEnd(35)} from ${start.padEnd(16)} ${answers.count} tries, ${decisions} decisions, ${matches} matches, ` +
      `${answers.different} different answers, at most ${answers.bits.toFixed(1)} bits a try ` +
      `and ${(answers.bits * decisions).toFixed(0)} in all, ` +
      `best distance ${bestDistance.toFixed(4)}`,
  );
}

/** Timeout in ms, on a machine that does other work. */
const timeout = 30_000 + 200 * tries;

async function climbWith(way: Way, start: Start, scores: boolean) {
  const { service, uniform, template } = await mountain(7, open);
  const key = await keyWith(service, scores ? [...way.scopes, "scores"] : way.scopes);
  const answers = new Answers();
  const climbed = await climb({
    tries,
    start: start === "noise" ? undefined : probeAt(template, startDistance, uniform),
    dimension,
    uniform,
    rates: way.rates,
    ask: way.open({ service, key, scores, answers }),
    trueDistance: (probe) => distanceBetween(probe, template),
  });
  return { climbed, answers };
}

describe.each(Object.entries(ways))("%s", (name, way) => {
  it.each(starts)("from %s is told whether a photo matches, and no more", { timeout }, async (start) => {
    const { climbed, answers } = await climbWith(way, start, false);
    reportOn(name, start, climbed, answers);
    expect(climbed.decisions).toBe(climbed.tries);
    for (const different of answers.perRequest) expect(different).toBeLessThanOrEqual(2);
    expect(answers.bits).toBeLessThanOrEqual(1);
    if (climbed.matches === 0) expect(climbed.bestDistance).toBeGreaterThan(1.05);
    if (tries > 500) return;
    // The whole climb takes thousands of tries that match or do not.
    expect(climbed.bestDistance).toBeGreaterThan(start === "noise" ? 1.05 : 0.4);
  });

  it.skipIf(name === "a session token").each(starts)(
    "with scores, from %s, arrives where distances are told",
    { timeout },
    async (start) => {
      const { climbed, answers } = await climbWith(way, start, true);
      reportOn(`${name} with scores`, start, climbed, answers);
      // Answers to enrolments contain no distance.
      if (name === "an enrol key") expect(answers.bits).toBeLessThanOrEqual(1);
      else expect(climbed.bestDistance).toBeLessThan(0.01);
    },
  );
});

describe("bisecting the rate with one photo", () => {
  /**
   * Returns the distances between which the photo is known to lie: those of the strictest rate that matched, and of
   * the laxest that did not.
   */
  async function bisect(scopes: readonly string[]) {
    const { service, uniform, template } = await mountain(7, open);
    const key = await keyWith(service, scopes);
    // The photo's rate is 4e-5, between two decades.
    const photo = jpeg(photoOf(probeAt(template, thresholdOf(4e-5), uniform)));
    let [low, high] = [0, 2];
    const answers = new Answers();
    async function ask(rate: number): Promise<boolean | undefined> {
      const told = await answers.note(
        `${rate}`,
        await service.callAs(key, `${verifyAlice}?max_fmr=${rate}`, photo),
      );
      if (told.match === undefined || told.threshold === undefined) return undefined;
      if (told.match) high = Math.min(high, told.threshold);
      else low = Math.max(low, told.threshold);
      return told.match;
    }
    let [strict, lax] = [2e-6, 0.5];
    for (let i = 0; i < 30; i++) {
      const middle = Math.sqrt(strict * lax);
      // When the rate is refused, either half may be chosen.
      if ((await ask(middle)) ?? i % 2 === 0) lax = middle;
      else strict = middle;
    }
    for (const rate of [1e-3, 1e-4, 1e-5, 1e-6]) await ask(rate);
    report.push(
      `${scopes.join(", ").padEnd(35)} by 34 rates: between ${low.toFixed(6)} and ${high.toFixed(6)}`,
    );
    return [low, high];
  }

  it("without scores finds nothing between two decades, and with scores the distance", async () => {
    const [low, high] = await bisect(["verify"]);
    expect(low).toBeCloseTo(thresholdOf(1e-5), 6);
    expect(high).toBeCloseTo(thresholdOf(1e-4), 6);
    await reset();
    const [exactly, nearly] = await bisect(["verify", "scores"]);
    expect(nearly - exactly).toBeLessThan(1e-6);
  });
});

describe("with the lock-out as it is shipped", () => {
  async function climbLocked(start: Start) {
    const { service, uniform, template } = await mountain(7, undefined);
    const key = await keyWith(service, ["verify"]);
    const answers = new Answers();
    const way = ways["a session token"];
    const ask = way.open({ service, key, scores: false, answers });
    const matching = start === "noise" ? undefined : probeAt(template, startDistance, uniform);
    let failures = 0;
    const climbed = await climb({
      tries,
      start: matching,
      dimension,
      uniform,
      rates: 1,
      async ask(probe) {
        // The fifth failure would lock; a match before it resets the count.
        if (matching !== undefined && failures === 4) {
          if ((await ask(matching, 0))?.match) failures = 0;
        }
        const decision = await ask(probe, 0);
        // The attacker waits out every lock.
        if (decision === undefined) service.wait(86_400);
        else failures = decision.match ? 0 : failures + 1;
        return decision;
      },
      trueDistance: (probe) => distanceBetween(probe, template),
    });
    return { climbed, answers };
  }

  it("session tokens from noise are answered 50 times, always with the same words", { timeout }, async () => {
    const { climbed, answers } = await climbLocked("noise");
    reportOn("session tokens, locked as shipped", "noise", climbed, answers);
    expect(climbed).toMatchObject({ decisions: 50, matches: 0 });
    expect(climbed.bestDistance).toBeGreaterThan(1.05);
  });

  it("session tokens from a matching photo go on: a match starts the count anew", { timeout }, async () => {
    const { climbed, answers } = await climbLocked("a matching photo");
    reportOn("session tokens, locked as shipped", "a matching photo", climbed, answers);
    expect(climbed.decisions).toBe(climbed.tries);
    expect(answers.bits).toBeLessThanOrEqual(1);
  });
});
