/** Journeys of a verification to a directory. `node test/bench/trust.ts` measures how long they take. */
import { reset } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { createDirectories } from "../../../src/identity/directory/object.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import { createKvCopies } from "../../../src/identity/records/kv.ts";
import { directories, jpeg, photoAt, startService, templates } from "../setup/service.ts";

beforeEach(reset);

it("a verification asks the directory three times and KV never, whoever asks", async () => {
  const journeys: string[] = [];
  const open = createDirectories(directories);
  const service = startService({
    trust: {
      openDirectory: (tenant, shard) =>
        new Proxy(open(tenant, shard), {
          get(directory, method: keyof Directory) {
            journeys.push(method);
            return directory[method];
          },
        }),
      copies: { ...createKvCopies(templates), read: () => Promise.reject(new Error("KV was asked")) },
    },
  });
  await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
  journeys.length = 0;
  expect((await service.call("/v1/subjects/alice/verify", jpeg(photoAt(0)))).status).toBe(200);
  expect(journeys).toEqual(["admit", "beginAttempt", "settleAttempt"]);
});
