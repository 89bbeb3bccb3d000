import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/crypto/digest.ts";
import { fail, ok, type Result } from "../../../src/errors.ts";
import { networkOf } from "../../../src/trust/network.ts";
import { createNotes } from "../../../src/trust/notes.ts";
import { createStrangers } from "../../../src/trust/strangers.ts";

const here = "203.0.113.7";

/** Makes a door with one directory behind it, which knows `good`, and a rate limit that lets `limit` pass. */
function door(limit = 3) {
  let nowMs = 0;
  const good = new Set<string>();
  const asked: string[] = [];
  const counted: string[] = [];
  const failures = {
    async limit({ key }: { key: string }) {
      counted.push(key);
      return { success: counted.filter((each) => each === key).length <= limit };
    },
  };
  const strangers = createStrangers({ failures, clock: () => new Date(nowMs) });
  const look = (key: string) => async (): Promise<Result<string>> => {
    asked.push(key);
    return good.has(key) ? ok(key) : fail({ code: "unauthorized", reason: "the key is wrong" });
  };
  const told = (result: Result<string>) => (result.ok ? "in" : result.failure.code);
  return {
    good,
    asked,
    counted,
    wait: (ms: number) => {
      nowMs += ms;
    },
    strangers,
    async key(key: string, address: string | undefined = here) {
      return told(await strangers.meetKey({ hash: await sha256(key), address }, look(key)));
    },
    async token(token: string) {
      return told(await strangers.meetToken(await sha256(token), look(token)));
    },
  };
}

describe("a key that was refused", () => {
  it("is refused without a look for 5 seconds, and looked up again at the end of the fifth", async () => {
    const { key, asked, wait } = door();
    for (let i = 0; i < 10; i++) expect(await key("wrong")).toBe("unauthorized");
    wait(4_999);
    expect(await key("wrong")).toBe("unauthorized");
    expect(asked).toEqual(["wrong"]);
    wait(1);
    expect(await key("wrong")).toBe("unauthorized");
    expect(asked).toEqual(["wrong", "wrong"]);
  });

  it("and is made meanwhile works after 5 seconds; one that nobody tried works at once", async () => {
    const { key, good, wait } = door();
    await key("tried");
    good.add("tried").add("untried");
    expect([await key("tried"), await key("untried")]).toEqual(["unauthorized", "in"]);
    wait(5_000);
    expect(await key("tried")).toBe("in");
  });

  it("is counted once, and what is asked again in vain is not counted", async () => {
    const { key, counted } = door();
    for (let i = 0; i < 10; i++) await key("wrong");
    expect(counted).toEqual([here]);
  });

  it("is looked up again once a thousand others were refused after it", async () => {
    const { key, asked } = door(Number.POSITIVE_INFINITY);
    await key("first");
    for (let i = 0; i < 999; i++) await key(`${i}`);
    await key("first");
    expect(asked.filter((each) => each === "first")).toHaveLength(1);
    await key("999");
    await key("1000");
    await key("first");
    expect(asked.filter((each) => each === "first")).toHaveLength(2);
  });

  it("leaves no note where the directory did not answer", async () => {
    const { strangers } = door();
    const stranger = { hash: await sha256("key"), address: here };
    const broken = () => Promise.reject(new Error("the directory is away"));
    await expect(strangers.meetKey(stranger, broken)).rejects.toThrow("away");
    expect(await strangers.meetKey(stranger, async () => ok("in"))).toEqual(ok("in"));
  });
});

describe("a network whose keys were refused too often", () => {
  async function heldDoor() {
    const made = door(3);
    made.good.add("known").add("cold");
    expect(await made.key("known")).toBe("in");
    for (let i = 0; i < 4; i++) expect(await made.key(`guess-${i}`)).toBe("unauthorized");
    made.asked.length = 0;
    return made;
  }

  it("has no other key looked up for a minute, and is told for how long", async () => {
    const { key, asked, wait, strangers, counted } = await heldDoor();
    expect([await key("guess"), await key("cold")]).toEqual(["rate_limited", "rate_limited"]);
    wait(59_001);
    const refusal = await strangers.meetKey({ hash: await sha256("x"), address: here }, async () => ok(1));
    expect(refusal).toMatchObject({ failure: { code: "rate_limited", retryAfterSeconds: 1 } });
    expect([asked, counted.length]).toEqual([[], 4]);
    wait(999);
    expect([await key("cold"), asked]).toEqual(["in", ["cold"]]);
  });

  it("has a key looked up, as always, that was good here within five minutes", async () => {
    const { key, asked, good } = await heldDoor();
    expect([await key("known"), await key("known")]).toEqual(["in", "in"]);
    expect(asked).toEqual(["known", "known"]);
    good.delete("known");
    expect(await key("known")).toBe("unauthorized");
  });

  it("holds up that key too when it was last good five minutes ago", async () => {
    const { key, wait, good } = door(3);
    good.add("known");
    await key("known");
    wait(300_000 - 1);
    for (let i = 0; i < 4; i++) await key(`guess-${i}`);
    expect(await key("known")).toBe("in");
    wait(300_000);
    for (let i = 0; i < 4; i++) await key(`again-${i}`);
    expect(await key("known")).toBe("rate_limited");
  });

  it("does not hold up another network, and good keys are not counted", async () => {
    const { key, counted } = await heldDoor();
    expect(await key("cold", "203.0.113.8")).toBe("in");
    expect(counted).toHaveLength(4);
  });

  it("goes on with tokens, whose signatures are checked here", async () => {
    const { token, counted, good } = await heldDoor();
    good.add("eyJ-good");
    expect([await token("eyJ-good"), await token("eyJ-bad")]).toEqual(["in", "unauthorized"]);
    expect(counted).toHaveLength(4);
  });

  it("is none where nothing counts", async () => {
    const strangers = createStrangers({ failures: undefined, clock: () => new Date(0) });
    for (let i = 0; i < 300; i++) {
      const stranger = { hash: await sha256(`${i}`), address: here };
      const refusal = fail({ code: "unauthorized", reason: "the key is wrong" });
      expect(await strangers.meetKey(stranger, async () => refusal)).toEqual(refusal);
    }
  });
});

describe("a token that was refused", () => {
  it("is refused without its signature being checked for 5 seconds", async () => {
    const { token, asked, wait } = door();
    for (let i = 0; i < 10; i++) expect(await token("eyJ")).toBe("unauthorized");
    expect(asked).toHaveLength(1);
    wait(5_000);
    await token("eyJ");
    expect(asked).toHaveLength(2);
  });
});

describe("networkOf", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:0:0:0:0:0:1", "2001:db8:0:0::/64"],
    ["2001:db8:1::", "2001:db8:1:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1:2:3:4:5:6", "fe80:0:1:2::/64"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    [undefined, "unknown"],
    ["", "unknown"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it("of anything else is short, and never throws", () => {
    for (const text of [":", ":::", "a".repeat(10_000), ":".repeat(10_000), "::1::2", "\0"]) {
      expect(networkOf(text).length).toBeLessThanOrEqual(64);
    }
  });
});

describe("notes", () => {
  it("are as many as was said, the oldest out first, and one kept again is young again", () => {
    const notes = createNotes<number>(2, 10);
    notes.keep("a", 1, 0);
    notes.keep("b", 2, 0);
    notes.keep("a", 3, 0);
    notes.keep("c", 4, 0);
    expect([notes.find("a", 0), notes.find("b", 0), notes.find("c", 0)]).toEqual([3, undefined, 4]);
    expect(notes.count).toBe(2);
  });

  it("are gone when their time is over, and take no more room", () => {
    const notes = createNotes<number>(2, 10);
    notes.keep("a", 1, 0);
    expect([notes.find("a", 9), notes.find("a", 10), notes.count]).toEqual([1, undefined, 0]);
  });

  it("that nobody asks for again go with the first that is kept when their time is over", () => {
    const notes = createNotes<number>(100, 10);
    for (const name of ["a", "b", "c"]) notes.keep(name, 1, 0);
    notes.keep("d", 1, 9);
    expect(notes.count).toBe(4);
    notes.keep("e", 1, 10);
    expect(notes.count).toBe(2);
  });
});
