/** Liveness sessions over HTTP: what a phone sends and is told, and what an attacker cannot. */
import { reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { fail } from "../../../src/errors.ts";
import { sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import {
  liveEnrolmentAnswerSchema,
  liveVerificationAnswerSchema,
} from "../../../src/http/schemas/liveness.ts";
import { DirectoryObject } from "../../../src/identity/directory/object.ts";
import { type MadeHead, madeHead } from "../../fixtures/people/live-frames.ts";
import {
  base64,
  directories,
  framePhoto,
  frameWithoutFace,
  jpeg,
  json,
  photoAt,
  type Service,
  startService,
  textPipeline,
} from "../setup/service.ts";

beforeEach(reset);

type Bytes = Uint8Array<ArrayBuffer>;
type Poses = readonly ("left" | "right" | "up" | "down" | "closer")[];

async function enrolled(): Promise<Service> {
  const service = startService();
  await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
  return service;
}

async function open(service: Service, more = {}) {
  const request = json({ subject_id: "alice", action: "verify", liveness: "challenge", ...more });
  const session = sessionAnswerSchema.parse(await (await service.call("/v1/sessions", request)).json());
  return { ...session, challenge: session.challenge! };
}

/** Frames of a head that takes these poses, each a capture of its own. */
function framesOf(poses: Poses, head: MadeHead = madeHead): Bytes[] {
  return (["front", ...poses] as const).map((pose, k) => framePhoto(head, pose, k));
}

function sent(frames: readonly Bytes[], fields: Record<string, string> = {}): RequestInit {
  const body = new FormData();
  for (const frame of frames) body.append("frame", new File([frame], "frame.jpg", { type: "image/jpeg" }));
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { method: "POST", body };
}

async function verified(service: Service, token: string, frames: readonly Bytes[], fields = {}) {
  const response = await service.callAs(token, "/v1/sessions/verify", sent(frames, fields));
  const body = await response.json();
  return response.status === 200 ? liveVerificationAnswerSchema.parse(body) : body;
}

const isSame = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, k) => byte === b[k]);

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? "ok"}`;
}

describe("a liveness session that verifies", () => {
  it("matches the enrolled person who takes the poses in order", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    expect(challenge).toMatchObject({ frames: 5, tries_left: 1 });
    const answer = await verified(service, token, framesOf(challenge.poses));
    expect(answer).toMatchObject({ match: true, tries_left: 0 });
    expect(answer).not.toHaveProperty("challenge");
  });

  it("looks for further people in the first frame alone", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    service.pipeline.calls.length = 0;
    expect(await verified(service, token, framesOf(challenge.poses))).toMatchObject({ match: true });
    expect(service.pipeline.calls).toEqual(["only", "largest", "largest", "largest", "largest"]);
  });

  it.each([
    [0, false],
    [3, true],
  ])("with frame %d hard to recognise by itself, as a turned head may be: match %s", async (poor, match) => {
    const inner = textPipeline();
    let frames: Bytes[] = [];
    const service = startService({
      pipeline: {
        async encodeFace(image, policy, observation = {}) {
          const isPoor = frames.findIndex((frame) => isSame(frame, image)) === poor;
          if (isPoor && !observation.showUnrecognisable)
            return fail({ code: "low_quality", reasons: ["unrecognizable"] });
          return inner.encodeFace(image, policy, observation);
        },
      },
    });
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { token, challenge } = await open(service);
    frames = framesOf(challenge.poses);
    expect(await verified(service, token, frames)).toMatchObject({ match });
  });

  it("seeks a face near to the first one in each further frame", async () => {
    const inner = textPipeline();
    let said: (boolean | undefined)[] = [];
    const service = startService({
      pipeline: {
        async encodeFace(image, policy, observation = {}) {
          const encoded = await inner.encodeFace(image, policy, observation);
          if (encoded.ok) said.push(observation.isSought?.(encoded.value));
          return encoded;
        },
      },
    });
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { token, challenge } = await open(service);
    const frames = framesOf(challenge.poses);
    frames[3] = framePhoto({ ...madeHead, angle: 2 }, challenge.poses[2], 3);
    said = [];
    expect(await verified(service, token, frames)).toMatchObject({ match: false });
    expect(said).toEqual([undefined, true, true, false, true]);
  });

  it("takes the frames as a list in JSON", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const frames = framesOf(challenge.poses).map(base64);
    const response = await service.callAs(token, "/v1/sessions/verify", json({ frames, receipt: true }));
    expect(await response.json()).toMatchObject({ match: true, receipt: expect.any(String) });
  });

  it.each([
    ["a flat picture that is turned", { ...madeHead, relief: 0 }],
    ["another person", { ...madeHead, angle: 2 }],
  ])("does not match %s, and tells a phone no more than that", async (_, head) => {
    const service = await enrolled();
    const { token, challenge } = await open(service, { max_uses: 2 });
    const answer = (await verified(service, token, framesOf(challenge.poses, head))) as Record<
      string,
      unknown
    >;
    expect(Object.keys(answer).sort()).toEqual(
      ["challenge", "match", "max_fmr", "model", "request_id", "template", "tries_left"].sort(),
    );
    expect(answer).toMatchObject({ match: false, tries_left: 1, challenge: { tries_left: 1 } });
  });

  it("says the same of a flat picture, of another person, and of a frame without a face", async () => {
    const service = await enrolled();
    const answers: unknown[] = [];
    for (const make of [
      (poses: Poses) => framesOf(poses, { ...madeHead, relief: 0 }),
      (poses: Poses) => framesOf(poses, { ...madeHead, angle: 2 }),
      (poses: Poses) => [...framesOf(poses).slice(0, 4), frameWithoutFace],
    ]) {
      const { token, challenge } = await open(service);
      const { request_id, ...answer } = (await verified(service, token, make(challenge.poses))) as Record<
        string,
        unknown
      >;
      answers.push(answer);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it("uses a challenge once: the same frames are no answer to the next one", async () => {
    const service = await enrolled();
    // Sessions are opened until two challenges differ, as all but one in hundreds do.
    for (;;) {
      const { token, challenge } = await open(service, { max_uses: 2 });
      const frames = framesOf(challenge.poses);
      await verified(service, token, framesOf(challenge.poses, { ...madeHead, angle: 2 }));
      const again = (await verified(service, token, frames)) as { match: boolean };
      expect(await codeOf(await service.callAs(token, "/v1/sessions/verify", sent(frames)))).toBe(
        "401 unauthorized",
      );
      if (again.match) continue;
      expect(again.match).toBe(false);
      break;
    }
  });

  it("sent at ten places at once is answered at one", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const frames = framesOf(challenge.poses);
    const codes = await Promise.all(
      Array.from({ length: 10 }, async () =>
        codeOf(await service.callAs(token, "/v1/sessions/verify", sent(frames))),
      ),
    );
    expect(codes.filter((code) => code === "200 ok")).toHaveLength(1);
  });

  it("does not match frames in another order", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const [front, ...others] = framesOf(challenge.poses);
    const answer = await verified(service, token, [front, ...others.reverse()]);
    const palindrome = [...challenge.poses].reverse().join() === challenge.poses.join();
    expect(answer).toMatchObject({ match: palindrome });
  });

  it("counts its failures in the lock-out", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service, { max_uses: 6 });
    let { poses } = challenge as { poses: Poses };
    for (let k = 0; k < 5; k++) {
      const answer = (await verified(service, token, framesOf(poses, { ...madeHead, relief: 0 }))) as {
        challenge: { poses: Poses };
      };
      poses = answer.challenge.poses;
    }
    const response = await service.callAs(token, "/v1/sessions/verify", sent(framesOf(poses)));
    expect(await codeOf(response)).toBe("423 locked");
  });

  it("tells a key with scores what the judge found", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const flat = framesOf(challenge.poses, { ...madeHead, relief: 0 });
    const response = await service.call("/v1/sessions/verify", sent(flat, { session: token }));
    const { match, liveness } = liveVerificationAnswerSchema.parse(await response.json());
    expect(match).toBe(false);
    expect(liveness).toMatchObject({ live: false, reasons: expect.arrayContaining(["no_relief"]) });
  });

  it("refuses a first frame that has matched, and says why to keys with scores alone", async () => {
    const service = await enrolled();
    const seen = { ...madeHead, capture: 7 };
    const opened = await open(service);
    expect(await verified(service, opened.token, framesOf(opened.challenge.poses, seen))).toMatchObject({
      match: true,
    });
    const phone = await open(service);
    const told = await verified(service, phone.token, framesOf(phone.challenge.poses, seen));
    expect(told).toMatchObject({ match: false });
    expect(told).not.toHaveProperty("replayed");
    const { token, challenge } = await open(service);
    const frames = sent(framesOf(challenge.poses, seen), { session: token });
    const answer = await (await service.call("/v1/sessions/verify", frames)).json();
    expect(answer).toMatchObject({ match: false, replayed: true, liveness: { live: true, reasons: [] } });
  });

  it("marks a first frame that has matched where the tenant asks for warnings", async () => {
    const service = await enrolled();
    const replay = { sessions: "warn", keys: "warn", max_sketches: 50, kept_seconds: 86_400 };
    await service.call("/v1/settings", { ...json({ replay }), method: "PATCH" });
    const told: unknown[] = [];
    for (let time = 0; time < 2; time++) {
      const { token, challenge } = await open(service);
      told.push(await verified(service, token, framesOf(challenge.poses, { ...madeHead, capture: 7 })));
    }
    expect(told[0]).not.toHaveProperty("replayed");
    expect(told[1]).toMatchObject({ match: true, replayed: true });
  });

  it("names the challenge and every frame in its receipt", async () => {
    const service = await enrolled();
    const { token, challenge, nonce } = await open(service);
    const answer = await verified(service, token, framesOf(challenge.poses), { receipt: "true" });
    const receipt = decodeJwt((answer as { receipt: string }).receipt);
    expect(receipt).toMatchObject({ match: true, nonce, liveness: { challenge: challenge.poses } });
    const { frames_sha256, checked } = receipt.liveness as Record<string, string[]>;
    expect(new Set(frames_sha256).size).toBe(5);
    expect(receipt.image_sha256).toBe(frames_sha256[0]);
    expect(checked).toContain("relief");
  });

  it.each([
    [4, "400 invalid_request"],
    [6, "400 invalid_request"],
  ])("refuses %i frames, and spends no try", async (count, code) => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const frames = framesOf(challenge.poses);
    const wrong = [...frames, ...frames].slice(0, count);
    expect(await codeOf(await service.callAs(token, "/v1/sessions/verify", sent(wrong)))).toBe(code);
    expect(await verified(service, token, frames)).toMatchObject({ match: true });
  });

  it("refuses a frame that is no JPEG, and spends no try", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const frames = framesOf(challenge.poses);
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const response = await service.callAs(token, "/v1/sessions/verify", sent([...frames.slice(0, 4), png]));
    expect(await codeOf(response)).toBe("415 unsupported_media_type");
    expect(await verified(service, token, frames)).toMatchObject({ match: true });
  });

  it("refuses a damaged frame behind one without a face, and spends no try", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const frames = framesOf(challenge.poses);
    const failure = JSON.stringify({ code: "invalid_image", reason: "its data is damaged" });
    const damaged = new Uint8Array([0xff, 0xd8, ...new TextEncoder().encode(`FAIL ${failure}`)]);
    const wrong = sent([frameWithoutFace, ...frames.slice(1, 4), damaged]);
    expect(await codeOf(await service.callAs(token, "/v1/sessions/verify", wrong))).toBe("422 invalid_image");
    expect(await verified(service, token, frames)).toMatchObject({ match: true });
  });

  it("ends at its deadline", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service, { ttl_seconds: 60 });
    service.wait(61);
    const response = await service.callAs(token, "/v1/sessions/verify", sent(framesOf(challenge.poses)));
    expect(await codeOf(response)).toBe("401 unauthorized");
  });

  it("does nothing else", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service);
    const photo = jpeg(photoAt(0));
    expect(await codeOf(await service.callAs(token, "/v1/subjects/alice/verify", photo))).toBe(
      "403 liveness_required",
    );
    const frames = sent(framesOf(challenge.poses));
    expect(await codeOf(await service.callAs(token, "/v1/sessions/enrol", frames))).toBe("403 forbidden");
    expect(await codeOf(await service.callAs(token, "/v1/subjects/alice/faces", photo))).toBe(
      "403 forbidden",
    );
  });
});

describe("a liveness session that enrols", () => {
  const enrolling = { subject_id: "bea", action: "enrol" };

  it("enrols the first frame's face, which then verifies", async () => {
    const service = startService();
    const { token, challenge } = await open(service, enrolling);
    const response = await service.callAs(token, "/v1/sessions/enrol", sent(framesOf(challenge.poses)));
    const answer = liveEnrolmentAnswerSchema.parse(await response.json());
    expect(answer).toMatchObject({ enrolled: true, subject_id: "bea", tries_left: 0 });
    const verifying = await service.call("/v1/subjects/bea/verify", jpeg(photoAt(0)));
    expect(await verifying.json()).toMatchObject({ match: true, face_id: answer.face_id });
  });

  it("lets no phone add a photo of somebody else, and spends no try on it", async () => {
    const service = await enrolled();
    const { token, challenge } = await open(service, { subject_id: "alice", action: "enrol" });
    const frames = framesOf(challenge.poses);
    const allowing = sent(frames, { conflicts: "allow" });
    const refused = await service.callAs(token, "/v1/sessions/enrol", allowing);
    expect(await codeOf(refused)).toBe("403 forbidden");
    const answered = await service.callAs(token, "/v1/sessions/enrol", sent(frames));
    expect(await answered.json()).toMatchObject({ enrolled: true });
  });

  it("enrols nobody from a flat picture, and writes that down", async () => {
    const service = startService();
    const { token, challenge } = await open(service, { ...enrolling, max_uses: 2 });
    const flat = framesOf(challenge.poses, { ...madeHead, relief: 0 });
    const response = await service.callAs(token, "/v1/sessions/enrol", sent(flat));
    expect(await response.json()).toMatchObject({ enrolled: false, tries_left: 1, challenge: { frames: 5 } });
    expect(await codeOf(await service.call("/v1/subjects/bea"))).toBe("404 not_found");
    const audit = await (await service.call("/v1/audit")).text();
    expect(audit).toContain("not_live");
  });

  it("ends when the subject is deleted, though no face was there yet", async () => {
    const service = startService();
    const { token, challenge } = await open(service, enrolling);
    await service.call("/v1/subjects/bea", { method: "DELETE" });
    const response = await service.callAs(token, "/v1/sessions/enrol", sent(framesOf(challenge.poses)));
    expect(await codeOf(response)).toBe("401 unauthorized");
    expect(await codeOf(await service.call("/v1/subjects/bea"))).toBe("404 not_found");
  });

  it("needs a challenge, and a key that may enrol", async () => {
    const service = startService();
    const request = json({ subject_id: "bea", action: "enrol" });
    expect(await codeOf(await service.call("/v1/sessions", request))).toBe("400 invalid_request");
    const made = await service.call("/v1/keys", json({ name: "till", scopes: ["verify"] }));
    const { key } = (await made.json()) as { key: string };
    const live = json({ ...enrolling, liveness: "challenge" });
    expect(await codeOf(await service.callAs(key, "/v1/sessions", live))).toBe("403 forbidden");
  });
});

describe("a tenant that requires liveness", () => {
  const change = (liveness_required: object) => ({
    ...json({ liveness_required }),
    method: "PATCH",
  });

  it("refuses verifications, enrolments, both or neither that bring none", async () => {
    const service = await enrolled();
    for (const [verify, enrol] of [
      [true, false],
      [false, true],
      [true, true],
      [false, false],
    ]) {
      await service.call("/v1/settings", change({ verify, enrol }));
      const verifying = await service.call("/v1/subjects/alice/verify", jpeg(photoAt(0)));
      expect(await codeOf(verifying)).toBe(verify ? "403 liveness_required" : "200 ok");
      const enrolling = await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
      expect(await codeOf(enrolling)).toBe(enrol ? "403 liveness_required" : "201 ok");
    }
  });

  it("lets a liveness session pass", async () => {
    const service = await enrolled();
    await service.call("/v1/settings", change({ verify: true, enrol: true }));
    const { token, challenge } = await open(service);
    expect(await verified(service, token, framesOf(challenge.poses))).toMatchObject({ match: true });
  });
});

describe("a directory of an earlier version", () => {
  it("gets its table of challenges once it wakes up", async () => {
    const service = await enrolled();
    const object = directories.get(directories.idFromName("default/0"));
    await runInDurableObject(object, (_, state: DurableObjectState) => {
      state.storage.sql.exec("DROP TABLE challenge");
      new DirectoryObject(state, env as never);
    });
    const { token, challenge } = await open(service);
    expect(await verified(service, token, framesOf(challenge.poses))).toMatchObject({ match: true });
  });
});
