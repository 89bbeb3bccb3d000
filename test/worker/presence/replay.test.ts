/** A photo that was enrolled or has matched before, sent again: to phones refused, to servers marked. */
import { env, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { writeSketch } from "../../../src/face/replay/sketch.ts";
import { DirectoryObject } from "../../../src/identity/directory/object.ts";
import { syntheticCapture } from "../../fixtures/people/captures.ts";
import {
  captureAt,
  directories,
  jpeg,
  json,
  photoAt,
  photoThatFails,
  type Service,
  startService,
} from "../setup/service.ts";

beforeEach(reset);

const alice = "/v1/subjects/alice";
const stranger = 3;

interface Told {
  readonly match?: boolean;
  readonly replayed?: boolean;
  readonly error?: { readonly code: string };
}

/** Starts the service with alice enrolled by the capture 0, and settings that differ from the defaults. */
async function enrolled(settings: object = {}): Promise<Service> {
  const service = startService();
  if (Object.keys(settings).length > 0) await change(service, settings);
  expect((await service.call(`${alice}/faces`, jpeg(captureAt(0, 0)))).status).toBe(201);
  return service;
}

async function change(service: Service, settings: object): Promise<void> {
  const response = await service.call("/v1/settings", { ...json(settings), method: "PATCH" });
  expect(response.status).toBe(200);
}

const replay = (change: object) => ({
  replay: { sessions: "refuse", keys: "warn", max_sketches: 50, kept_seconds: 86_400, ...change },
});

async function tokenFor(service: Service, more: object = {}): Promise<string> {
  const request = json({ subject_id: "alice", action: "verify", max_uses: 100, ttl_seconds: 3600, ...more });
  const { token } = (await (await service.call("/v1/sessions", request)).json()) as { token: string };
  return token;
}

/** Verifies by the deployment's key, or by another one; says what an answer tells of the decision. */
async function verify(service: Service, photo: Uint8Array<ArrayBuffer>, key = "test-key", headers = {}) {
  const response = await service.callAs(key, `${alice}/verify`, jpeg(photo, headers));
  const { match, replayed, error } = (await response.json()) as Told;
  if (error !== undefined) return `${response.status} ${error.code}`;
  return `${match ? "match" : "no match"}${replayed ? ", replayed" : ""}`;
}

const shard = () => directories.get(directories.idFromName("default/0"));

async function query(
  sql: string,
  ...values: (string | number)[]
): Promise<Record<string, SqlStorageValue>[]> {
  return runInDurableObject(shard(), (_, { storage }) => storage.sql.exec(sql, ...values).toArray());
}

async function outcomes(): Promise<unknown[]> {
  return (await query("SELECT outcome FROM audit WHERE action = 'verify' ORDER BY seq")).map(
    ({ outcome }) => outcome,
  );
}

const sketchCount = async () => (await query("SELECT COUNT(*) AS count FROM sketch"))[0].count;

describe("a phone's photo", () => {
  it("matches once, and each further file of the capture is refused", async () => {
    const service = await enrolled();
    const token = await tokenFor(service);
    expect(await verify(service, captureAt(0.1, 1), token)).toBe("match");
    for (const file of [0, 1, 2]) {
      expect(await verify(service, captureAt(0.1, 1, file), token)).toBe("409 replayed_photo");
    }
    expect(await verify(service, captureAt(0.1, 2), token)).toBe("match");
    expect(await outcomes()).toEqual(["match", "replayed", "replayed", "replayed", "match"]);
  });

  it("that the person was enrolled with is refused", async () => {
    const service = await enrolled();
    expect(await verify(service, captureAt(0, 0, 1), await tokenFor(service))).toBe("409 replayed_photo");
  });

  it("that a server verified with before is refused", async () => {
    const service = await enrolled();
    expect(await verify(service, captureAt(0.1, 1))).toBe("match");
    expect(await verify(service, captureAt(0.1, 1, 1), await tokenFor(service))).toBe("409 replayed_photo");
  });

  it("that was seen of another subject is no replay", async () => {
    const service = await enrolled();
    await service.call("/v1/subjects/bob/faces", jpeg(captureAt(0, 7)));
    expect(await verify(service, captureAt(0, 7, 1), await tokenFor(service))).toBe("match");
  });

  it("that shows somebody else is told the same, seen or not", async () => {
    const service = await enrolled(replay({ keys: "refuse" }));
    const token = await tokenFor(service);
    expect(await verify(service, captureAt(stranger, 1), token)).toBe("no match");
    expect(await verify(service, captureAt(stranger, 1), token)).toBe("no match");
    // The capture of a match comes again, with an embedding that does not match.
    expect(await verify(service, captureAt(0.1, 2), token)).toBe("match");
    expect(await verify(service, captureAt(stranger, 2), token)).toBe("no match");
  });

  it("that is refused as a copy counts as a failure, and locks the subject", async () => {
    const service = await enrolled();
    const token = await tokenFor(service);
    for (let i = 0; i < 5; i++)
      expect(await verify(service, captureAt(0, 0, i), token)).toBe("409 replayed_photo");
    expect(await verify(service, captureAt(0.1, 1), token)).toBe("423 locked");
  });

  it.each([2, 10])("that is sent %i times at once matches once", async (times) => {
    const service = await enrolled({ lock_out: { max_in_a_row: 100, delay_seconds: 30, max_total: 100 } });
    const token = await tokenFor(service);
    const told = await Promise.all(
      Array.from({ length: times }, (_, file) => verify(service, captureAt(0.1, 1, file), token)),
    );
    expect(told.sort()).toEqual([...Array(times - 1).fill("409 replayed_photo"), "match"]);
  });

  it.each([4, 24])("is one of %i different ones at once, all of which match", async (times) => {
    const service = await enrolled();
    const token = await tokenFor(service);
    const told = await Promise.all(
      Array.from({ length: times }, (_, at) => verify(service, captureAt(0.1, at + 1), token)),
    );
    expect(told).toEqual(Array(times).fill("match"));
  });
});

describe("a server's photo", () => {
  it("matches again, and is marked", async () => {
    const service = await enrolled();
    expect(await verify(service, captureAt(0.1, 1))).toBe("match");
    expect(await verify(service, captureAt(0.1, 1, 1))).toBe("match, replayed");
    expect(await outcomes()).toEqual(["match", "match_replayed"]);
  });

  it("is refused where the tenant says so", async () => {
    const service = await enrolled(replay({ keys: "refuse" }));
    expect(await verify(service, captureAt(0, 0, 1))).toBe("409 replayed_photo");
  });

  it("is not looked up where the tenant says so, while phones' photos are", async () => {
    const service = await enrolled(replay({ keys: "off" }));
    expect(await verify(service, captureAt(0, 0, 1))).toBe("match");
    expect(await verify(service, captureAt(0, 0, 1), await tokenFor(service))).toBe("409 replayed_photo");
  });

  it("leaves nothing where no caller is told of copies", async () => {
    const service = await enrolled(replay({ sessions: "off", keys: "off" }));
    expect(await verify(service, captureAt(0, 0, 1))).toBe("match");
    expect(await sketchCount()).toBe(0);
  });

  it("is no replay of a face enrolled as a photo without a sketch", async () => {
    const service = startService();
    await service.call(`${alice}/faces`, jpeg(photoAt(0)));
    expect(await verify(service, captureAt(0, 0), await tokenFor(service))).toBe("match");
  });

  it("under `edge` is not marked, and is refused where the tenant refuses", async () => {
    const service = await enrolled({ consistency: "edge" });
    expect(await verify(service, captureAt(0, 0, 1))).toBe("match");
    await service.settled();
    await change(service, replay({ keys: "refuse" }));
    expect(await verify(service, captureAt(0, 0, 1))).toBe("409 replayed_photo");
  });
});

describe("sketches", () => {
  it("are unreadable in the directory", async () => {
    const service = await enrolled();
    await verify(service, captureAt(0.1, 1));
    const rows = await query("SELECT sealed FROM sketch ORDER BY seq");
    expect(rows).toHaveLength(2);
    const plain = [0, 1].map((capture) => writeSketch(syntheticCapture(capture)));
    for (const [i, { sealed }] of rows.entries()) {
      // AES-GCM adds an IV of 12 bytes and a tag of 16.
      expect((sealed as ArrayBuffer).byteLength).toBe(plain[i].length + 28);
      const shown = new Set(new Uint8Array(sealed as ArrayBuffer).slice(12, 300).join(" ").match(/.{30}/g));
      expect([...shown].some((run) => plain[i].join(" ").includes(run))).toBe(false);
    }
  });

  it("go with the face whose key seals them, and with the subject", async () => {
    const service = await enrolled();
    const { face_id } = (await (await service.call(`${alice}/faces`, jpeg(captureAt(1, 5)))).json()) as {
      face_id: string;
    };
    await verify(service, captureAt(0.1, 1));
    await verify(service, captureAt(1, 6));
    expect(await sketchCount()).toBe(4);
    await service.call(`${alice}/faces/${face_id}`, { method: "DELETE" });
    expect(await sketchCount()).toBe(2);
    await service.call(alice, { method: "DELETE" });
    expect(await sketchCount()).toBe(0);
  });

  it("of matches are kept in the number that the tenant sets, and those of faces beside them", async () => {
    const service = await enrolled(replay({ max_sketches: 2 }));
    const token = await tokenFor(service);
    for (const capture of [1, 2, 3])
      expect(await verify(service, captureAt(0.1, capture), token)).toBe("match");
    expect(await sketchCount()).toBe(3);
    expect(await verify(service, captureAt(0.1, 2, 1), token)).toBe("409 replayed_photo");
    expect(await verify(service, captureAt(0, 0, 1), token)).toBe("409 replayed_photo");
    expect(await verify(service, captureAt(0.1, 1, 1), token)).toBe("match");
  });

  it("of matches end at the age that the tenant sets, and are removed by the alarm", async () => {
    const service = await enrolled(replay({ kept_seconds: 3600 }));
    expect(await verify(service, captureAt(0.1, 1))).toBe("match");
    service.wait(3599);
    expect(await verify(service, captureAt(0.1, 1, 1))).toBe("match, replayed");
    service.wait(1);
    expect(await verify(service, captureAt(0.1, 1, 2))).toBe("match");
    await service.settled();
    // The service's clock lies behind the alarm's, to which both sketches of matches have ended.
    expect(await runDurableObjectAlarm(shard())).toBe(true);
    expect(await sketchCount()).toBe(1);
  });

  it("that were altered are a fault of the service, and no match", async () => {
    const service = await enrolled();
    await runInDurableObject(shard(), (_, { storage }) => {
      storage.sql.exec("UPDATE sketch SET sealed = ?", new Uint8Array(413));
    });
    expect(await verify(service, captureAt(0.1, 1))).toBe("500 internal");
  });

  it("are kept by a directory of a version without them, once that wakes up", async () => {
    const service = await enrolled();
    await runInDurableObject(shard(), (_, state) => {
      for (const newer of ["sketch", "verification_request"]) state.storage.sql.exec(`DROP TABLE ${newer}`);
      new DirectoryObject(state, env as never);
    });
    expect(await verify(service, captureAt(0, 0, 1))).toBe("match");
    expect(await verify(service, captureAt(0, 0, 2))).toBe("match, replayed");
  });

  it("stay behind in an export: an imported face's photo is a new one", async () => {
    const service = await enrolled();
    const headers = { "Sameface-Transfer-Key": btoa("a key that lives as long as this") };
    const page = await (await service.call("/v1/export", { method: "POST", headers })).text();
    await service.call(alice, { method: "DELETE" });
    expect((await service.call("/v1/import", { method: "POST", headers, body: page })).status).toBe(200);
    expect(await verify(service, captureAt(0, 0, 1), await tokenFor(service))).toBe("match");
  });
});

describe("a verification with an Idempotency-Key", () => {
  const lost = { "Idempotency-Key": "k1" };

  it("that is sent again gets the first answer, and counts no further attempt", async () => {
    const service = await enrolled();
    const token = await tokenFor(service, { max_uses: 1 });
    expect(await verify(service, captureAt(0.1, 1), token, lost)).toBe("match");
    // The session is used up, and the photo is known.
    expect(await verify(service, captureAt(0.1, 1), token, lost)).toBe("match");
    expect(await outcomes()).toEqual(["match"]);
  });

  it("gets the same body, receipt included", async () => {
    const service = await enrolled();
    const bodies: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const path = `${alice}/verify?receipt=true`;
      const response = await service.call(path, jpeg(captureAt(0.1, 1), lost));
      const { request_id, ...body } = (await response.json()) as Record<string, unknown>;
      bodies.push(body);
      service.wait(60);
    }
    expect(bodies[0]).toHaveProperty("receipt");
    expect(bodies[1]).toEqual(bodies[0]);
  });

  it.each([
    ["no match", captureAt(stranger, 1)],
    ["409 replayed_photo", captureAt(0, 0, 1)],
  ])("whose answer was %s counts one failure, however often it comes", async (told, photo) => {
    const service = await enrolled();
    const token = await tokenFor(service);
    for (let i = 0; i < 8; i++) expect(await verify(service, photo, token, lost)).toBe(told);
    expect(await outcomes()).toHaveLength(1);
  });

  it("that is sent ten times at once counts one attempt", async () => {
    const service = await enrolled();
    const token = await tokenFor(service, { max_uses: 1 });
    const told = await Promise.all(
      Array.from({ length: 10 }, () => verify(service, captureAt(0.1, 1), token, lost)),
    );
    expect(told).toEqual(Array(10).fill("match"));
    expect(await outcomes()).toEqual(["match"]);
  });

  it("is refused with another photo or other options under the same key", async () => {
    const service = await enrolled();
    await verify(service, captureAt(0.1, 1), "test-key", lost);
    expect(await verify(service, captureAt(0.1, 2), "test-key", lost)).toBe("422 idempotency_key_reused");
    const other = await service.call(`${alice}/verify?max_fmr=0.00001`, jpeg(captureAt(0.1, 1), lost));
    expect(other.status).toBe(422);
    expect(await outcomes()).toHaveLength(1);
  });

  it("is told to its own caller alone", async () => {
    const service = await enrolled();
    await verify(service, captureAt(0.1, 1), "test-key", lost);
    expect(await verify(service, captureAt(0.1, 1), await tokenFor(service), lost)).toBe(
      "409 replayed_photo",
    );
  });

  it("is a new one after a day, and after its face was deleted", async () => {
    const service = await enrolled();
    await verify(service, captureAt(stranger, 1), "test-key", lost);
    service.wait(24 * 3600);
    await verify(service, captureAt(stranger, 1), "test-key", lost);
    expect(await outcomes()).toHaveLength(2);
    await service.call(alice, { method: "DELETE" });
    expect(await query("SELECT * FROM verification_request")).toEqual([]);
  });

  it("that was refused before it was compared may be sent again", async () => {
    const service = await enrolled();
    const faceless = photoThatFails({ code: "face_not_found" });
    expect(await verify(service, faceless, "test-key", lost)).toBe("422 face_not_found");
    expect(await verify(service, captureAt(0.1, 1), "test-key", lost)).toBe("match");
  });

  it("keeps its answer unreadable in the directory", async () => {
    const service = await enrolled();
    await verify(service, captureAt(0.1, 1), "test-key", lost);
    const [{ sealed, key_hash }] = await query("SELECT sealed, key_hash FROM verification_request");
    expect(new TextDecoder().decode(sealed as ArrayBuffer)).not.toContain("match");
    expect(key_hash).not.toContain("k1");
  });
});
