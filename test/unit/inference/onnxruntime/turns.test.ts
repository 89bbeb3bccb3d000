import { expect, test } from "vitest";
import { createTurns } from "../../../../src/inference/onnxruntime/turns.ts";

test("work that overlaps in time is done one at a time, all of it", async () => {
  const turns = createTurns(5_000);
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      turns.take(async () => {
        most = Math.max(most, ++inside);
        await Promise.resolve();
        await Promise.resolve();
        inside--;
        return index;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test("work that throws gives its turn back", async () => {
  const turns = createTurns(5_000);
  await expect(turns.take(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await turns.take(async () => "next")).toBe("next");
});

test("a request that never finishes holds the others up for its lease and no longer", async () => {
  let clock = 0;
  let waited = 0;
  const turns = createTurns(
    100,
    () => clock,
    async () => {
      waited++;
      clock += 25;
    },
  );
  void turns.take(() => new Promise(() => {}));
  expect(await turns.take(async () => "next")).toBe("next");
  expect(waited).toBe(4);
});

test("a holder that comes back after its lease does not end its successor's turn", async () => {
  let clock = 0;
  const turns = createTurns(
    100,
    () => clock,
    async () => {
      await Promise.resolve();
      clock += 1;
    },
  );
  let finishFirst = () => {};
  const first = turns.take(() => new Promise<void>((resolve) => (finishFirst = resolve)));
  clock = 100;
  const order: string[] = [];
  let finishSecond = () => {};
  const second = turns.take(async () => {
    order.push("second begins");
    await new Promise<void>((resolve) => (finishSecond = resolve));
    order.push("second ends");
  });
  finishFirst();
  await first;
  const third = turns.take(async () => void order.push("third"));
  await Promise.resolve();
  expect(order).toEqual(["second begins"]);
  finishSecond();
  await Promise.all([second, third]);
  expect(order).toEqual(["second begins", "second ends", "third"]);
});

test("who waits lets timers run, and so the holder come to its end", async () => {
  const turns = createTurns(5_000);
  const order: string[] = [];
  const first = turns.take(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    order.push("first ends");
  });
  await Promise.all([first, turns.take(async () => void order.push("second begins"))]);
  expect(order).toEqual(["first ends", "second begins"]);
});
