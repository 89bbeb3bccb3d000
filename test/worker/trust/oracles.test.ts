/** Ways to find a distance that is not in an answer, other than the rate: each is closed, or costs a counted try. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newKeyAnswerSchema, sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { identificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { createDirectories } from "../../../src/identity/directory/object.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import {
  bytesOf,
  darkPhotoAt,
  directories,
  form,
  jpeg,
  json,
  photoAt,
  photoThatFails,
  type Service,
  startService,
} from "../setup/service.ts";
import { replacing, watchedDirectories } from "../setup/watched.ts";

beforeEach(reset);

const angleOf = (distance: number) => 2 * Math.asin(distance / 2);
const verifyAlice = "/v1/subjects/alice/verify";

async function keyWith({ call }: Service, ...scopes: string[]): Promise<string> {
  return newKeyAnswerSchema.parse(await (await call("/v1/keys", json({ scopes }))).json()).key;
}

async function enrol({ call }: Service, subject: string, angle: number): Promise<string> {
  const answer = await call(`/v1/subjects/${subject}/faces`, jpeg(photoAt(angle)));
  return ((await answer.json()) as { face_id: string }).face_id;
}

/** Returns an answer without the request's own id. */
async function toldBy(response: Response): Promise<string> {
  const { request_id, ...told } = (await response.json()) as Record<string, unknown>;
  return `${response.status} ${JSON.stringify(told)}`;
}

const errorCode = async (response: Response) =>
  ((await response.json()) as { error?: { code: string } }).error?.code ?? "ok";

describe("a comparison with one photo fixed", () => {
  it("asks nothing that is stored: both photos are the caller's own", async () => {
    const service = startService();
    const key = await keyWith(service, "verify");
    const openDirectory = watchedDirectories(({ method }) => {
      // The one question is whose key it is.
      if (method !== "admit") throw new Error(`a comparison called ${method}`);
    });
    const blind = startService({ trust: { openDirectory } });
    const answers: string[] = [];
    const photos = { image_a: photoAt(0), image_b: photoAt(1) };
    for (let i = 0; i < 2; i++) {
      answers.push(await toldBy(await blind.callAs(key, "/v1/compare", form(photos))));
      await enrol(service, "alice", 0);
    }
    expect(answers[0]).toContain('"match":true');
    expect(answers[1]).toBe(answers[0]);
  });

  it("without scores says of two photos whether they match, and no more", async () => {
    const service = startService();
    const key = await keyWith(service, "verify");
    const answers = new Map<string, number[]>();
    for (const distance of [0, 0.3, 0.7, 0.89, 0.91, 1.09, 1.11, 1.3, 1.7, 2]) {
      const photos = { image_a: photoAt(0), image_b: photoAt(angleOf(distance)) };
      const told = await toldBy(await service.callAs(key, "/v1/compare", form(photos)));
      answers.set(told, [...(answers.get(told) ?? []), distance]);
    }
    expect([...answers.values()]).toEqual([
      [0, 0.3, 0.7, 0.89, 0.91, 1.09],
      [1.11, 1.3, 1.7, 2],
    ]);
  });
});

describe("an enrolment that refuses duplicates", () => {
  const refusing = "/v1/subjects/mallory/faces?duplicates=refuse";

  it("by a key with enrol alone says whether there is one, and no more", async () => {
    const service = startService();
    await enrol(service, "alice", 0);
    const key = await keyWith(service, "enrol");
    const answers = new Set<string>();
    for (const distance of [0.01, 0.5, 0.95, 1.05, 1.15, 1.5, 2]) {
      const answer = await service.callAs(key, refusing, jpeg(photoAt(angleOf(distance))));
      const told = (await toldBy(answer)).replace(/"face_id":"[^"]+"/, "");
      expect(told.startsWith("409")).toBe(distance < 1.1);
      answers.add(told);
      await service.call("/v1/subjects/mallory", { method: "DELETE" });
    }
    expect(answers.size).toBe(2);
  });

  it("by a key without scores is decided in decades, however the gallery grows", async () => {
    const service = startService();
    await service.call("/v1/settings", { ...json({ max_fpir: 5e-4 }), method: "PATCH" });
    await enrol(service, "alice", 0);
    const keys = [await keyWith(service, "enrol"), await keyWith(service, "enrol", "scores")];
    // Exactly, the threshold falls slowly from six faces on, to 1.07 at ten; in decades it is 1.
    const refused: number[][] = [[], []];
    for (let faces = 1; faces <= 10; faces++) {
      if (faces > 1) await enrol(service, `other-${faces}`, Math.PI + faces / 1000);
      for (const [i, key] of keys.entries()) {
        const answer = await service.callAs(key, refusing, jpeg(photoAt(angleOf(1.05))));
        if (answer.status === 409) refused[i].push(faces);
        await service.call("/v1/subjects/mallory", { method: "DELETE" });
      }
    }
    expect(refused).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ]);
  });
});

describe("faces that come and go around an attempt", () => {
  /** Makes a body that is complete when `finish` is called. */
  function slowPhoto(angle: number) {
    let finish = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const bytes = photoAt(angle);
        controller.enqueue(bytes.slice(0, 1));
        finish = () => {
          controller.enqueue(bytes.slice(1));
          controller.close();
        };
      },
    });
    return { body, finish: () => finish() };
  }

  it("leave it without an answer, whichever of the faces came closest, and nothing is counted", async () => {
    const answers: string[] = [];
    // The face at 0 is the person's; the other is the caller's own, to compare it with.
    for (const own of [0.3, -1.1]) {
      await reset();
      let begun = () => {};
      const letIn = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const open = createDirectories(directories);
      const service = startService({
        trust: {
          openDirectory: (tenant, shard) => {
            const directory = open(tenant, shard);
            const beginAttempt: Directory["beginAttempt"] = async (...call) => {
              const answer = await directory.beginAttempt(...call);
              begun();
              return answer;
            };
            return replacing(directory, { beginAttempt });
          },
        },
      });
      await enrol(service, "alice", 0);
      const ownFace = await enrol(service, "alice", own);
      const key = await keyWith(service, "verify");
      // The photo is nearer to the caller's own face in the first round, and to the person's in the second.
      const { body, finish } = slowPhoto(0.9);
      const init = { method: "POST", headers: { "Content-Type": "image/jpeg" }, body };
      const answer = service.callAs(key, verifyAlice, init);
      await letIn;
      await service.call(`/v1/subjects/alice/faces/${ownFace}`, { method: "DELETE" });
      finish();
      answers.push(await toldBy(await answer));
      const { entries } = (await (await service.call("/v1/audit")).json()) as {
        entries: { action: string }[];
      };
      expect(entries.filter(({ action }) => action === "verify")).toEqual([]);
    }
    expect(answers[0]).toContain("404");
    expect(answers[1]).toBe(answers[0]);
  });

  it("take no other face of the subject out of a search, whichever came closest", async () => {
    let before = async (): Promise<unknown> => undefined;
    const open = createDirectories(directories);
    const service = startService({
      trust: {
        openDirectory: (tenant, shard) => {
          const directory = open(tenant, shard);
          const settleSearch: Directory["settleSearch"] = async (...call) => {
            await before();
            return directory.settleSearch(...call);
          };
          return replacing(directory, { settleSearch });
        },
      },
    });
    await enrol(service, "alice", 0);
    const key = await keyWith(service, "identify");
    for (const own of [0.3, 0.8]) {
      const ownFace = await enrol(service, "alice", own);
      before = () => service.call(`/v1/subjects/alice/faces/${ownFace}`, { method: "DELETE" });
      const answer = await service.callAs(key, "/v1/identify", jpeg(photoAt(0.3)));
      const { candidates } = identificationAnswerSchema.parse(await answer.json());
      expect(candidates).toEqual([{ subject_id: "alice" }]);
    }
  });
});

describe("an attempt at a subject of which the caller enrols more faces", () => {
  it("is decided by the template that they moved, and counts as every other", async () => {
    const service = startService();
    await enrol(service, "alice", 0);
    const [verifier, enroller] = [await keyWith(service, "verify"), await keyWith(service, "enrol")];
    const probe = jpeg(photoAt(angleOf(1.09)));
    const answers: string[] = [];
    for (let faces = 1; answers.at(-1) !== "locked"; faces++) {
      if (faces > 1) {
        const own = jpeg(photoAt(-0.5));
        const enrolled = await service.callAs(enroller, "/v1/subjects/alice/faces", own);
        expect(enrolled.status).toBe(201);
      }
      const answer = await service.callAs(verifier, verifyAlice, probe);
      const { match, error } = (await answer.json()) as { match?: boolean; error?: { code: string } };
      answers.push(error?.code ?? `${match}`);
    }
    expect(answers).toEqual(["true", ...Array(5).fill("false"), "locked"]);
  });
});

describe("a photo of somebody else that an enrol key sends to a subject", () => {
  it("is refused in one set of words however far it is, and each refusal is in the audit trail", async () => {
    const service = startService();
    await enrol(service, "alice", 0);
    const key = await keyWith(service, "enrol");
    const told = new Set<string>();
    for (const angle of [1.3, 1.5, 2, 3]) {
      told.add(await toldBy(await service.callAs(key, "/v1/subjects/alice/faces", jpeg(photoAt(angle)))));
    }
    expect([...told]).toEqual([expect.stringContaining("409")]);
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: object[] };
    expect(entries.slice(-4)).toMatchObject(
      Array(4).fill({ action: "face.enrol", outcome: "conflicting", subject_id: "alice", face_id: null }),
    );
  });
});

describe("a session token's photos that are refused", () => {
  it("spend no use, count no failure, and are refused in the same words whoever is enrolled", async () => {
    const refusals: string[][] = [];
    for (const angle of [0, 2]) {
      await reset();
      const service = startService();
      await enrol(service, "alice", angle);
      const request = json({ subject_id: "alice", action: "verify" });
      const { token } = sessionAnswerSchema.parse(await (await service.call("/v1/sessions", request)).json());
      const words: string[] = [];
      for (const init of [
        jpeg(bytesOf("no photo")),
        jpeg(photoThatFails({ code: "face_not_found" })),
        jpeg(photoThatFails({ code: "invalid_image", reason: "it breaks off" })),
        form({ image: darkPhotoAt(0), quality: "refuse" }),
        form({ image: photoAt(0), max_fmr: "1e-5" }),
        json({ image: "" }),
      ]) {
        for (let i = 0; i < 3; i++) words.push(await toldBy(await service.callAs(token, verifyAlice, init)));
      }
      refusals.push(words);
      for (const word of words) expect(word).toMatch(/^4(00|03|15|22) /);
      expect(await errorCode(await service.callAs(token, verifyAlice, jpeg(photoAt(angle))))).toBe("ok");
      expect(await errorCode(await service.callAs(token, verifyAlice, jpeg(photoAt(angle))))).toBe(
        "unauthorized",
      );
    }
    expect(refusals[1]).toEqual(refusals[0]);
  });
});
