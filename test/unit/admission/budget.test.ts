import { describe, expect, it } from "vitest";
import { type BudgetLimits, type Claim, createBudget } from "../../../src/admission/budget.ts";
import type { Result } from "../../../src/errors.ts";

const limits: BudgetLimits = {
  totalBytes: 1000,
  ordinaryDecodeBytes: 200,
  copiesOfLargestBody: 0,
  leastForBodiesBytes: 300,
  smallBodyBytes: 10,
  smallBodiesBytes: 40,
  longDecodeBytes: 200,
  breathMs: 20,
  maxWaitMs: 1000,
  leaseMs: 30_000,
  beatMs: 1000,
  leastBytesPerSecond: 100,
  graceMs: 500,
  cutOffBytesPerSecond: 20,
};

/** Starts a budget on a clock that only `pass` moves. */
function start(codecs = { bytes: 0 }, changes: Partial<BudgetLimits> = {}) {
  let nowMs = 1_000_000;
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const budget = createBudget({
    limits: { ...limits, ...changes },
    codecBytes: () => codecs.bytes,
    now: () => nowMs,
    pause: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
  });
  return {
    budget,
    /** Moves the clock, waking whoever is due, a millisecond at a time. */
    async pass(ms: number) {
      for (let i = 0; i < ms; i++) {
        nowMs++;
        const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
        sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
        for (const { wake } of due) wake();
        await settle();
      }
    },
    /** Drops all waiters, as if their requests were killed. */
    kill() {
      sleepers = [];
    },
  };
}

async function settle() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** Returns the outcome of a claim so far: undefined while it waits. */
function follow(work: Promise<Result<void>>) {
  const seen: { outcome?: "ok" | string } = {};
  void work.then((result) => {
    seen.outcome = result.ok ? "ok" : result.failure.code;
  });
  return seen;
}

/** Takes a body that arrived whole. */
async function withBody(claim: Claim, bytes: number) {
  expect(await claim.expect(bytes)).toEqual({ ok: true, value: undefined });
  expect(await claim.grow(bytes)).toEqual({ ok: true, value: undefined });
  claim.complete(bytes);
}

describe("the budget for bodies", () => {
  it("lets bodies in up to what ordinary decodes leave, to the byte", async () => {
    const { budget } = start();
    // 10 of each body are small.
    await withBody(budget.open(), 810);
    const waiting = follow(budget.open().expect(11));
    await settle();
    expect(waiting.outcome).toBeUndefined();
    expect(budget.inUseBytes()).toBe(810);
  });

  it("lets in a body that fits exactly", async () => {
    const { budget } = start();
    await withBody(budget.open(), 800);
    const last = follow(budget.open().expect(20));
    await settle();
    expect(last.outcome).toBe("ok");
  });

  it("lets in bodies beside which the largest of them can be decoded, to the byte", async () => {
    const { budget } = start(undefined, { copiesOfLargestBody: 1 });
    // The decode of 300 may take 500, and 10 of each body are small.
    await withBody(budget.open(), 300);
    const fits = follow(budget.open().expect(220));
    const over = follow(budget.open().expect(11));
    await settle();
    expect([fits.outcome, over.outcome]).toEqual(["ok", undefined]);
  });

  it("counts a promise before a byte of it arrives", async () => {
    const { budget } = start();
    await budget.open().expect(800);
    const second = follow(budget.open().expect(100));
    await settle();
    expect(second.outcome).toBeUndefined();
  });

  it("serves those who wait in the order of arrival, also where a later one would fit", async () => {
    const { budget, pass } = start();
    const first = budget.open();
    await withBody(first, 700);
    const large = follow(budget.open().expect(500));
    const fits = follow(budget.open().expect(50));
    await pass(100);
    expect([large.outcome, fits.outcome]).toEqual([undefined, undefined]);
    first.close();
    await pass(100);
    expect([large.outcome, fits.outcome]).toEqual(["ok", "ok"]);
  });

  it("says overloaded after the longest wait, and says how long it waited", async () => {
    const { budget, pass } = start();
    await withBody(budget.open(), 810);
    const claim = budget.open();
    const late = claim.expect(100);
    const seen = follow(late);
    await pass(limits.maxWaitMs - 1);
    expect(seen.outcome).toBeUndefined();
    await pass(2);
    expect(await late).toMatchObject({ ok: false, failure: { code: "overloaded", retryAfterSeconds: 1 } });
    expect(claim.waitedMs).toBeGreaterThanOrEqual(limits.maxWaitMs);
  });

  it("says overloaded at once where those ahead would take longer than that", async () => {
    const { budget, pass } = start();
    const served = Array.from({ length: 20 }, () => budget.open());
    let holder = budget.open();
    await withBody(holder, 810);
    const outcomes = served.map((claim) => follow(claim.expect(700)));
    // One is served every 200 ms, so that the sixth from here would wait longer than a second.
    for (let i = 0; i < 4; i++) {
      await pass(200);
      holder.close();
      await pass(30);
      holder = served[i];
      expect(outcomes[i].outcome).toBe("ok");
    }
    const next = await budget.open().expect(700);
    expect(next).toMatchObject({ ok: false, failure: { code: "overloaded" } });
    expect(!next.ok && next.failure.code === "overloaded" && next.failure.retryAfterSeconds).toBeGreaterThan(
      1,
    );
  });

  it("never lets a small body wait behind large ones", async () => {
    const { budget } = start();
    await withBody(budget.open(), 810);
    const large = follow(budget.open().expect(500));
    const small = follow(budget.open().expect(limits.smallBodyBytes));
    await settle();
    expect([large.outcome, small.outcome]).toEqual([undefined, "ok"]);
  });

  it("bounds all small bodies together", async () => {
    const { budget } = start();
    for (let i = 0; i < 4; i++) await withBody(budget.open(), 10);
    const fifth = follow(budget.open().expect(1));
    await settle();
    expect(fifth.outcome).toBeUndefined();
  });

  it("lets bodies in whatever the codecs hold, up to a least, to the byte", async () => {
    const { budget } = start({ bytes: 990 });
    await withBody(budget.open(), 210);
    const exactly = follow(budget.open().expect(110));
    const oneMore = follow(budget.open().expect(11));
    await settle();
    expect([exactly.outcome, oneMore.outcome]).toEqual(["ok", undefined]);
  });

  it("lets any body in that is alone, and nobody beside it", async () => {
    const { budget } = start();
    const alone = follow(budget.open().expect(5000));
    const next = follow(budget.open().expect(11));
    await settle();
    expect([alone.outcome, next.outcome]).toEqual(["ok", undefined]);
  });
});

describe("a slow sender", () => {
  it("loses what it has not used once it falls behind the pace", async () => {
    const { budget, pass } = start();
    const slow = budget.open();
    await slow.expect(810);
    await slow.grow(20);
    slow.received(20);
    const other = follow(budget.open().expect(600));
    await pass(600);
    expect(other.outcome).toBeUndefined();
    // The pace demands 20 bytes in 700 ms: 100 bytes a second after the grace of 500 ms.
    await pass(150);
    expect(other.outcome).toBe("ok");
  });

  it("keeps its promise while it keeps the pace", async () => {
    const { budget, pass } = start();
    const steady = budget.open();
    await steady.expect(810);
    const other = follow(budget.open().expect(600));
    for (let i = 0; i < 9; i++) {
      await steady.grow(10);
      steady.received(10);
      await pass(100);
    }
    expect(other.outcome).toBeUndefined();
  });

  it("is in the way once others wait and hardly anything came while it was listened to, and not before", async () => {
    const { budget, pass } = start();
    const slow = budget.open();
    const steady = budget.open();
    await slow.expect(400);
    await slow.grow(400);
    await steady.expect(410);
    await steady.grow(410);
    expect([slow.isInTheWay(400), steady.isInTheWay(400)]).toEqual([false, false]);
    void budget.open().expect(300);
    steady.received(100);
    await pass(1);
    expect([slow.isInTheWay(401), steady.isInTheWay(401)]).toEqual([true, false]);
    // 250 ms are not counted; each other millisecond demands 0.02 bytes.
    expect([slow.isInTheWay(250), slow.isInTheWay(251)]).toEqual([false, true]);
  });

  it("takes what it needs in turn when it goes on", async () => {
    const { budget, pass } = start();
    const slow = budget.open();
    await slow.expect(810);
    await pass(600);
    const other = budget.open();
    await withBody(other, 800);
    const more = follow(slow.grow(100));
    await pass(50);
    expect(more.outcome).toBeUndefined();
    other.close();
    await pass(50);
    expect(more.outcome).toBe("ok");
    expect(budget.inUseBytes()).toBe(100);
  });
});

describe("a lease", () => {
  it("ends when nothing is heard of the request for as long as it says", async () => {
    const { budget, pass } = start();
    await withBody(budget.open(), 700);
    await pass(limits.leaseMs);
    expect(budget.inUseBytes()).toBe(700);
    await pass(1);
    expect(budget.inUseBytes()).toBe(0);
  });

  it("goes on while the request gives signs of life", async () => {
    const { budget, pass } = start();
    const claim = budget.open();
    await withBody(claim, 700);
    for (let i = 0; i < 5; i++) {
      await pass(limits.leaseMs - 1);
      claim.beat();
    }
    expect(budget.inUseBytes()).toBe(700);
  });

  it("of a killed request that was waiting holds nobody up", async () => {
    const { budget, pass, kill } = start();
    const holder = budget.open();
    await withBody(holder, 810);
    void budget.open().expect(500);
    void budget.open().expect(500);
    await pass(5);
    kill();
    const alive = follow(budget.open().expect(500));
    await pass(200);
    holder.close();
    await pass(50);
    expect(alive.outcome).toBe("ok");
  });

  it("frees what was kept when it closes, once", () => {
    const { budget } = start();
    const claim = budget.open();
    let freed = 0;
    claim.keep({ free: () => freed++ });
    claim.close();
    claim.close();
    expect(freed).toBe(1);
  });
});

describe("a decode", () => {
  it("of an ordinary photo fits beside as many bodies as there may be", async () => {
    const { budget } = start();
    const claim = budget.open();
    await withBody(budget.open(), 400);
    await withBody(claim, 400);
    expect((await claim.decode(limits.ordinaryDecodeBytes)).ok).toBe(true);
  });

  it("is counted against what the codecs hold, not beside it", async () => {
    const { budget } = start({ bytes: 150 });
    const claim = budget.open();
    await withBody(claim, 100);
    await claim.decode(150);
    expect(budget.inUseBytes()).toBe(250);
    claim.decoded(0);
    expect(budget.inUseBytes()).toBe(250);
  });

  it("leaves its pixels in the budget beside what the codecs hold, until they are forgotten", async () => {
    const { budget } = start({ bytes: 150 });
    const claim = budget.open();
    await claim.decode(150);
    claim.decoded(30);
    expect(budget.inUseBytes()).toBe(180);
    await claim.decode(160);
    claim.decoded(20);
    expect(budget.inUseBytes()).toBe(200);
    claim.forgetRasters();
    expect(budget.inUseBytes()).toBe(150);
  });

  it("holds its working memory no longer than it runs: another may need all but its pixels, to the byte", async () => {
    const { budget, pass } = start();
    const [first, second, third] = [budget.open(), budget.open(), budget.open()];
    await first.decode(1000);
    first.decoded(10);
    await pass(limits.breathMs);
    expect((await second.decode(990)).ok).toBe(true);
    second.decoded(0);
    await pass(limits.breathMs);
    const tooMuch = follow(third.decode(991));
    await pass(100);
    expect(tooMuch.outcome).toBeUndefined();
    first.forgetRasters();
    await pass(5);
    expect(tooMuch.outcome).toBe("ok");
  });

  it("of a photo seen before goes ahead of those of new ones", async () => {
    const { budget, pass } = start();
    const [seen, ...others] = [budget.open(), budget.open(), budget.open()];
    await seen.decode(201);
    seen.decoded(10);
    const order: string[] = [];
    const wait = (name: string, work: Promise<Result<void>>) => void work.then(() => order.push(name));
    wait("new", others[0].decode(201));
    wait("new too", others[1].decode(201));
    wait("seen", seen.decode(201));
    await pass(limits.breathMs + 5);
    expect(order).toEqual(["seen", "new", "new too"]);
  });

  it("that is alone is let in whatever it needs", async () => {
    const { budget } = start();
    const claim = budget.open();
    await withBody(claim, 300);
    expect((await claim.decode(5000)).ok).toBe(true);
  });

  it("that takes long starts a breath after the last, in the order of arrival; an ordinary one at once", async () => {
    const { budget, pass } = start();
    const first = budget.open();
    await first.decode(201);
    first.decoded(0);
    const second = follow(budget.open().decode(201));
    const third = follow(budget.open().decode(300));
    const ordinary = follow(budget.open().decode(200));
    await pass(limits.breathMs - 1);
    expect([second.outcome, third.outcome, ordinary.outcome]).toEqual([undefined, undefined, "ok"]);
    await pass(5);
    expect([second.outcome, third.outcome]).toEqual(["ok", "ok"]);
  });

  it("of the youngest makes room when large ones would wait for each other's bodies", async () => {
    const { budget, pass } = start();
    const claims = [budget.open(), budget.open(), budget.open()];
    for (const claim of claims) await withBody(claim, 250);
    const outcomes = claims.map((claim) => {
      const work = claim.decode(450);
      const seen = follow(work);
      // Ends as a request does: when refused, it closes; when decoded, it gives all back.
      void work.then(() => claim.close());
      return seen;
    });
    await pass(100);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "overloaded"]);
  });
});
