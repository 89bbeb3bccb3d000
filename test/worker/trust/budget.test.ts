/** Number of calls to the store for a request: each is a round trip to another machine. */
import { expect, test } from "vitest";
import { createDirectories } from "../../../src/identity/directory/object.ts";
import type { Directory, OpenDirectory } from "../../../src/identity/directory/types.ts";
import { createKvCopies } from "../../../src/identity/records/kv.ts";
import { directories, form, jpeg, photoAt, startService, templates } from "../setup/service.ts";

interface Journeys {
  /** Methods of a directory's Durable Object, in the order of the calls. */
  readonly directory: string[];
  readonly kv: string[];
}

/** Starts the service on its real store, with every call to it recorded. */
function startCounting() {
  const journeys: Journeys = { directory: [], kv: [] };
  const openReal = createDirectories(directories);
  const openDirectory: OpenDirectory = (tenant, shard) => noting(openReal(tenant, shard), journeys.directory);
  const copies = createKvCopies(noting(templates, journeys.kv));
  const service = startService({ trust: { openDirectory, copies } });
  return {
    service,
    /** Returns the cost of a call. The answer must be a success. */
    async costOf(path: string, init: RequestInit): Promise<Journeys> {
      journeys.directory.length = 0;
      journeys.kv.length = 0;
      const response = await service.call(path, init);
      expect(response.ok).toBe(true);
      await service.settled();
      return { directory: [...journeys.directory], kv: [...journeys.kv] };
    },
  };
}

function noting<T extends Directory | KVNamespace>(target: T, calls: string[]): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) => {
        calls.push(String(name));
        return Reflect.apply(member, target, given);
      };
    },
  });
}

test("an enrolment, a verification and a comparison make the journeys they must, and no more", async () => {
  const { costOf } = startCounting();
  await costOf("/v1/subjects/budget/faces", jpeg(photoAt(0)));

  const enrolment = await costOf("/v1/subjects/budget/faces", jpeg(photoAt(0.1)));
  // The subject's other faces say whether this one is of the same person.
  expect(enrolment.directory.filter((call) => call !== "admit")).toEqual(["readFaces", "addFace"]);
  expect(enrolment.kv.length).toBeLessThanOrEqual(1);

  const verification = await costOf("/v1/subjects/budget/verify", jpeg(photoAt(0.05)));
  expect(verification.directory.filter((call) => call !== "admit")).toEqual([
    "beginAttempt",
    "settleAttempt",
  ]);
  expect(verification.kv).toEqual([]);

  const photos = { image_a: photoAt(0), image_b: photoAt(0.1) };
  const comparison = await costOf("/v1/compare", form(photos));
  expect(comparison.directory.filter((call) => call !== "admit")).toEqual([]);
  expect(comparison.kv).toEqual([]);

  for (const { directory } of [enrolment, verification, comparison]) {
    expect(directory.filter((call) => call === "admit").length).toBeLessThanOrEqual(1);
  }
});

test("the journeys of a verification do not grow with the number of faces enrolled", async () => {
  const { costOf } = startCounting();
  const journeysWith = async (faces: number) => {
    const path = `/v1/subjects/budget-${faces}`;
    for (let i = 0; i < faces; i++) await costOf(`${path}/faces`, jpeg(photoAt(i / 100)));
    return costOf(`${path}/verify`, jpeg(photoAt(0)));
  };
  expect(await journeysWith(8)).toEqual(await journeysWith(1));
});
