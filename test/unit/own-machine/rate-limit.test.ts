import { describe, expect, it } from "vitest";
import { createRateWindow } from "../../../src/own-machine/rate-limit.ts";

describe("a limit of 3 requests in 60 s", () => {
  it("lets the third pass and refuses the fourth, until the minute ends", () => {
    const window = createRateWindow(3, 60);
    const results = [0, 1, 59_998, 59_999, 60_000].map((nowMs) => window.count("a", nowMs));
    expect(results).toEqual([true, true, true, false, true]);
  });

  it("counts each key by itself", () => {
    const window = createRateWindow(1, 60);
    expect(window.count("a", 0)).toBe(true);
    expect(window.count("b", 0)).toBe(true);
    expect(window.count("a", 0)).toBe(false);
  });

  it("counts 100,000 keys, and forgets the first for one more", () => {
    const window = createRateWindow(1, 60);
    for (let i = 0; i < 100_000; i++) window.count(`key ${i}`, 0);
    expect(window.count("key 0", 0)).toBe(false);
    window.count("one more", 0);
    expect(window.count("key 1", 0)).toBe(false);
    expect(window.count("key 0", 0)).toBe(true);
  });
});
