import { describe, expect, it } from "vitest";
import { createSchedule } from "../../../../cli/serve/schedule.ts";

const at = (text: string) => Date.parse(`${text}Z`);

/** A schedule whose clock is set by hand, and the disk that survives it. */
function start(
  now: string,
  disk: { last?: number } = {},
  during: (time: number) => unknown = () => undefined,
) {
  const runs: string[] = [];
  const said: string[] = [];
  let nowMs = at(now);
  const schedule = createSchedule(["23 3 * * *"], {
    nowMs: () => nowMs,
    readLastMs: () => disk.last,
    writeLastMs(ms) {
      disk.last = ms;
    },
    async run(_, time) {
      runs.push(new Date(time).toISOString().slice(0, 16));
      await during(time);
    },
    say: (text) => said.push(text),
  });
  const lookAt = (text: string) => {
    nowMs = at(text);
    return schedule.look();
  };
  return { runs, said, disk, lookAt, schedule };
}

describe("the schedule of one's own machine", () => {
  it("runs at its time and once, and nothing at the first start", async () => {
    const { runs, lookAt } = start("2026-11-05T12:00");
    for (const time of ["05T12:00", "06T03:22:59", "06T03:23:10", "06T03:24:10", "07T03:23"])
      await lookAt(`2026-11-${time}`);
    expect(runs).toEqual(["2026-11-06T03:23", "2026-11-07T03:23"]);
  });

  it("makes up for what was missed while it did not run, each day once", async () => {
    const disk = { last: at("2026-11-03T03:23") };
    const { runs, lookAt } = start("2026-11-05T12:00", disk);
    await lookAt("2026-11-05T12:00");
    expect(runs).toEqual(["2026-11-04T03:23", "2026-11-05T03:23"]);
    const restarted = start("2026-11-05T12:01", disk);
    await restarted.lookAt("2026-11-05T12:01");
    expect(restarted.runs).toEqual([]);
  });

  it("makes up for seven days at most, in which every tenant has its day", async () => {
    const { runs, lookAt } = start("2026-11-30T12:00", { last: at("2026-01-01T00:00") });
    await lookAt("2026-11-30T12:00");
    expect(runs).toHaveLength(7);
    expect([runs[0], runs[6]]).toEqual(["2026-11-24T03:23", "2026-11-30T03:23"]);
  });

  it("has written a run's time before it begins, so that one that ends the process is not repeated", async () => {
    const disk: { last?: number } = { last: at("2026-11-05T00:00") };
    const { lookAt, schedule } = start("2026-11-05T04:00", disk, () => {
      schedule.stop();
      throw new Error("the process ended");
    });
    await lookAt("2026-11-05T04:00");
    expect(disk.last).toBe(at("2026-11-05T03:23"));
    const restarted = start("2026-11-05T04:01", disk);
    await restarted.lookAt("2026-11-05T04:01");
    expect(restarted.runs).toEqual([]);
  });

  it("says which run failed, and goes on with the next", async () => {
    const failing = at("2026-11-04T03:23");
    const { runs, said, lookAt } = start("2026-11-05T12:00", { last: at("2026-11-03T12:00") }, (time) => {
      if (time === failing) throw new Error("workerd answered 500");
    });
    await lookAt("2026-11-05T12:00");
    expect(runs).toHaveLength(2);
    expect(said).toEqual(["The schedule of 2026-11-04T03:23:00.000Z failed: workerd answered 500"]);
  });

  it("repeats nothing when the clock is put back", async () => {
    const { runs, lookAt } = start("2026-11-05T12:00", { last: at("2026-11-05T00:00") });
    for (const time of ["05T04:00", "05T03:00", "05T03:30", "06T03:23"]) await lookAt(`2026-11-${time}`);
    expect(runs).toEqual(["2026-11-05T03:23", "2026-11-06T03:23"]);
  });

  it("looks once at a time, and begins no further run when it is stopped", async () => {
    const finish = Promise.withResolvers<void>();
    const disk = { last: at("2026-11-01T12:00") };
    const { runs, lookAt, schedule } = start("2026-11-05T12:00", disk, () => finish.promise);
    const looking = lookAt("2026-11-05T12:00");
    await lookAt("2026-11-05T12:00");
    schedule.stop();
    finish.resolve();
    await looking;
    await lookAt("2026-11-06T12:00");
    expect(runs).toEqual(["2026-11-02T03:23"]);
  });

  it("is refused for a trigger that is none", () => {
    expect(() => createSchedule(["23 3 * * MON"], {} as never)).toThrow("MON");
  });
});
