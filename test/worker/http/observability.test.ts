/** The service's output for its operator: lines of log, data points, and in development the times. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { RequestEntry } from "../../../src/http/middleware/log-entry.ts";
import type { Dataset } from "../../../src/http/middleware/metrics.ts";
import { base64, darkPhotoAt, jpeg, json, photoAt, startService, textPipeline } from "../setup/service.ts";

beforeEach(reset);

/** Makes a clock that moves 10 ms each time it is read, and a pipeline that times two of its stages. */
function timed() {
  let nowMs = 0;
  const plain = textPipeline();
  const encodeFace: typeof plain.encodeFace = async (image, policy, observation) => {
    await observation?.time?.("decode", async () => undefined);
    await observation?.time?.("detect", async () => undefined);
    return plain.encodeFace(image, policy, { listFaces: observation?.listFaces ?? false });
  };
  return { nowMs: () => (nowMs += 10), pipeline: { encodeFace } };
}

const last = (log: readonly unknown[]) => log.at(-1) as RequestEntry;

describe("a line of log", () => {
  it("says which request, by whom, how it came out, and where its time went", async () => {
    const { call, log } = startService(timed());
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const response = await call("/v1/subjects/alice/verify", jpeg(photoAt(0.1)));
    const { total_ms, ...entry } = last(log);
    expect(entry).toEqual({
      level: "info",
      event: "request",
      request_id: response.headers.get("X-Request-Id"),
      method: "POST",
      route: "/v1/subjects/:subject_id/verify",
      status: 200,
      tenant: "default",
      outcome: "match",
      waited_ms: 0,
      budget_used_bytes: photoAt(0.1).length,
      stages_ms: { read: expect.any(Number), store: expect.any(Number), decode: 10, detect: 10 },
    });
    expect(total_ms).toBeGreaterThanOrEqual(40);
  });

  it.each<[string, string, RequestInit, string]>([
    ["a match", "/v1/subjects/alice/verify", jpeg(photoAt(0)), "match"],
    ["no match", "/v1/subjects/alice/verify", jpeg(photoAt(2)), "no_match"],
    [
      "a comparison",
      "/v1/compare",
      json({ image_a: base64(photoAt(0)), image_b: base64(photoAt(2)) }),
      "no_match",
    ],
    ["a search that finds somebody", "/v1/identify", jpeg(photoAt(0)), "found"],
    ["a search that finds nobody", "/v1/identify", jpeg(photoAt(3)), "not_found"],
  ])("names the outcome of %s", async (_, path, init, outcome) => {
    const { call, log } = startService();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    expect((await call(path, init)).status).toBe(200);
    expect(last(log).outcome).toBe(outcome);
  });

  it("has every reason why a photo was refused", async () => {
    const { call, log } = startService();
    await call("/v1/subjects/alice/faces", jpeg(darkPhotoAt(0)));
    expect(last(log)).toMatchObject({ status: 422, code: "low_quality", reason: "too_dark" });
  });

  it("names no tenant for a caller who was not let in", async () => {
    const { callAs, log } = startService();
    await callAs("wrong", "/v1/subjects");
    expect(last(log)).toMatchObject({ status: 401, code: "unauthorized" });
    expect(last(log)).not.toHaveProperty("tenant");
  });

  it("never names a subject, a face, a key, or what was sent", async () => {
    const { call, log } = startService();
    const made = await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { face_id } = (await made.json()) as { face_id: string };
    const { embedding } = (await (await call("/v1/embed", jpeg(photoAt(0)))).json()) as { embedding: string };
    await call("/v1/subjects/alice/verify?include=crop", jpeg(photoAt(1)));
    await call("/v1/identify", jpeg(photoAt(0)));
    await call(`/v1/subjects/alice/faces/${face_id}`, { method: "DELETE" });
    await call("/v1/subjects/alice/verify", jpeg("hello"));
    const lines = JSON.stringify(log);
    for (const secret of ["alice", face_id, embedding, "test-key", "hello"])
      expect(lines).not.toContain(secret);
    expect(log).toHaveLength(6);
  });
});

describe("a data point", () => {
  type Point = Parameters<Dataset["writeDataPoint"]>[0];

  function measured() {
    const points: Point[] = [];
    return {
      points,
      ...startService({ ...timed(), metrics: { writeDataPoint: (point) => points.push(point) } }),
    };
  }

  it("is written for each request, with its columns in their order", async () => {
    const { call, points } = measured();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    await call("/v1/subjects/alice/verify", jpeg(photoAt(3)));
    expect(points).toHaveLength(2);
    const { indexes, blobs, doubles } = points[1];
    expect(indexes).toEqual(["default"]);
    expect(blobs).toEqual(["/v1/subjects/:subject_id/verify", "POST", "", "no_match", ""]);
    const [status, totalMs, readMs, storeMs, ...pipelineMs] = doubles;
    expect(status).toBe(200);
    expect(totalMs).toBeGreaterThan(readMs + storeMs);
    const [waitedMs, passiveMs] = [0, 0];
    expect(pipelineMs).toEqual([10, 10, 0, 0, 0, waitedMs, photoAt(3).length, passiveMs]);
  });

  it("has the code of an error, and the reasons of a refused photo but of nothing else", async () => {
    const { call, points } = measured();
    await call("/v1/subjects/alice/faces", jpeg(darkPhotoAt(0)));
    await call("/v1/subjects/alice/verify?face=nobody", jpeg(photoAt(0)));
    expect(points.map(({ blobs }) => blobs.slice(2))).toEqual([
      ["low_quality", "", "too_dark"],
      ["invalid_request", "", ""],
    ]);
  });

  it("keeps to what Analytics Engine takes: 20 columns of a kind, an index of 96 bytes", async () => {
    const { call, points } = measured();
    await call("/v1/tenants", json({ tenant_id: "a".repeat(32) }));
    expect(points).toHaveLength(1);
    for (const { indexes, blobs, doubles } of points) {
      expect(indexes[0].length).toBeLessThanOrEqual(96);
      expect(Math.max(blobs.length, doubles.length)).toBeLessThanOrEqual(20);
    }
  });
});

describe("Server-Timing", () => {
  it("shows the stages and the total in development", async () => {
    const { call } = startService({ ...timed(), config: { environment: "development" } });
    const response = await call("/v1/detect", jpeg(photoAt(0)));
    expect(response.headers.get("Server-Timing")).toMatch(
      /^read;dur=[\d.]+, decode;dur=10, detect;dur=10, total;dur=[\d.]+$/,
    );
  });

  it("is not there in production", async () => {
    const { call } = startService({ ...timed(), config: { environment: "production" } });
    expect((await call("/v1/detect", jpeg(photoAt(0)))).headers.has("Server-Timing")).toBe(false);
  });
});
