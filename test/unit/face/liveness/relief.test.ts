import { describe, expect, it } from "vitest";
import { soughtFace } from "../../../../src/face/liveness/matches.ts";
import { moved, movedGrid } from "../../../../src/face/liveness/motion.ts";
import { changeOf } from "../../../../src/face/liveness/poses.ts";
import { reliefOf } from "../../../../src/face/liveness/relief.ts";
import { type MadeHead, madeFrame, madeHead } from "../../../fixtures/people/live-frames.ts";

/** Push of cheeks and nose along a turn to the left, as shares of the turn's sine. */
function heights(head: MadeHead, degreesBeyondUsual: number) {
  const front = madeFrame(head, "front");
  const turned = madeFrame(head, "left", degreesBeyondUsual);
  const relief = reliefOf(soughtFace(front.portrait), turned.portrait, changeOf(front, turned))!;
  const sine = Math.sin(((26 + degreesBeyondUsual) * Math.PI) / 180);
  return { cheeks: relief.cheeks[0] / sine, nose: relief.nose[0] / sine };
}

describe("relief", () => {
  it.each([-8, 0, 6])("is that of the head at %i degrees beyond a usual turn", (degrees) => {
    const { cheeks, nose } = heights(madeHead, degrees);
    expect(cheeks).toBeGreaterThan(0.3);
    expect(nose).toBeGreaterThan(0.2);
  });

  it.each([-8, 0, 6])("of a flat picture is none at %i degrees beyond a usual turn", (degrees) => {
    const { cheeks, nose } = heights({ ...madeHead, relief: 0 }, degrees);
    expect(Math.abs(cheeks)).toBeLessThan(0.1);
    expect(Math.abs(nose)).toBeLessThan(0.1);
  });

  it("of a head without a nose has none, although a usual head's is looked for", () => {
    const { cheeks, nose } = heights({ ...madeHead, nose: false }, 0);
    expect(cheeks).toBeGreaterThan(0.3);
    expect(Math.abs(nose)).toBeLessThan(0.1);
  });
});

describe("a motion", () => {
  it("moves a grid as it moves each point", () => {
    const motion = Float64Array.of(
      ...[1.1, 0.1, 0.02, -0.1, 0.9, 0.01, 0.05, -0.04],
      ...[0.2, 0.1, 0.3, -0.1, 0.05, 0.2],
    );
    const [xs, ys] = [Float64Array.of(-1, 0, 0.4), Float64Array.of(-0.5, 0.5)];
    const places = new Float64Array(12);
    movedGrid(motion, xs, ys, places);
    ys.forEach((y, row) => {
      xs.forEach((x, column) => {
        const [u, v] = moved(motion, x, y);
        expect(places[2 * (3 * row + column)]).toBeCloseTo(u, 12);
        expect(places[2 * (3 * row + column) + 1]).toBeCloseTo(v, 12);
      });
    });
  });
});
