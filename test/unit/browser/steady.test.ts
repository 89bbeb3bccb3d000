/** Steadying of instructions over time. */
import { describe, expect, it } from "vitest";
import { createSteady } from "../../../browser/capture/steady.ts";

const timing = { holdMs: 800, leastLooks: 3, settleMs: 350 };
type Words = "closer" | "light";

describe("a steadied instruction", () => {
  it("is taken once every rule has held for the stated time", () => {
    const steady = createSteady<Words>(timing);
    expect(steady.next("hold", 0)).toEqual({ instruction: "hold", held: 0, take: false });
    expect(steady.next("hold", 400)).toEqual({ instruction: "hold", held: 0.5, take: false });
    expect(steady.next("hold", 799).take).toBe(false);
    expect(steady.next("hold", 800)).toEqual({ instruction: "hold", held: 1, take: true });
  });

  it("is not taken of fewer looks than stated, however long they took", () => {
    const steady = createSteady<Words>(timing);
    steady.next("hold", 0);
    expect(steady.next("hold", 5000).take).toBe(false);
    expect(steady.next("hold", 5001).take).toBe(true);
  });

  it("is taken after the fewest looks where it need not be held", () => {
    const steady = createSteady<Words>({ ...timing, holdMs: 0 });
    expect(steady.next("hold", 7)).toEqual({ instruction: "hold", held: 1, take: false });
    steady.next("hold", 7);
    expect(steady.next("hold", 7).take).toBe(true);
  });

  it("begins to hold anew after one look that did not fit", () => {
    const steady = createSteady<Words>(timing);
    for (const at of [0, 300, 600]) steady.next("hold", at);
    steady.next("light", 700);
    expect(steady.next("hold", 900)).toMatchObject({ held: 0, take: false });
  });

  it("changes only once another was wanted for a while, and at once to hold", () => {
    const steady = createSteady<Words>(timing);
    expect(steady.next("closer", 0).instruction).toBe("closer");
    expect(steady.next("light", 100).instruction).toBe("closer");
    expect(steady.next("light", 449).instruction).toBe("closer");
    expect(steady.next("light", 450).instruction).toBe("light");
    expect(steady.next("hold", 460).instruction).toBe("hold");
  });

  it("does not flicker between two that alternate", () => {
    const steady = createSteady<Words>(timing);
    const shown = [0, 100, 200, 300, 400, 500, 600, 700].map(
      (at, k) => steady.next(k % 2 === 0 ? "closer" : "light", at).instruction,
    );
    expect(new Set(shown)).toEqual(new Set(["closer"]));
  });

  it("forgets everything when it is reset", () => {
    const steady = createSteady<Words>(timing);
    for (const at of [0, 400, 800]) steady.next("hold", at);
    steady.reset();
    expect(steady.next("light", 810)).toEqual({ instruction: "light", held: 0, take: false });
    expect(steady.next("hold", 900)).toMatchObject({ held: 0, take: false });
  });
});
