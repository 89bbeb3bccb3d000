import { expect, it } from "vitest";
import { createMetrics } from "../../../../cli/serve/metrics.ts";

const entry = {
  event: "request",
  method: "GET",
  route: "/v1/subjects",
  status: 200,
  total_ms: 30,
  waited_ms: 500,
  budget_used_bytes: 7,
  stages_ms: { decode: 20 },
};

it("the log's lines become counters, a histogram and gauges in Prometheus' text format", () => {
  const metrics = createMetrics(1000);
  metrics.count(JSON.stringify(entry));
  metrics.count(JSON.stringify({ ...entry, status: 429, code: "rate_limited", total_ms: 20_000 }));
  metrics.count(JSON.stringify({ event: "unexpected" }));
  for (const line of ["", "no json", "{broken", '{"event":"other"}']) metrics.count(line);
  const text = metrics.write(4096);
  const lines = text.split("\n");
  for (const line of [
    'sameface_requests_total{method="GET",route="/v1/subjects",status="200",code=""} 1',
    'sameface_requests_total{method="GET",route="/v1/subjects",status="429",code="rate_limited"} 1',
    'sameface_request_seconds_bucket{route="/v1/subjects",le="0.025"} 0',
    'sameface_request_seconds_bucket{route="/v1/subjects",le="0.05"} 1',
    'sameface_request_seconds_bucket{route="/v1/subjects",le="+Inf"} 2',
    'sameface_request_seconds_count{route="/v1/subjects"} 2',
    'sameface_stage_seconds_total{stage="decode"} 0.04',
    "sameface_waited_seconds_total 1",
    "sameface_budget_used_bytes 7",
    "sameface_unexpected_errors_total 1",
    "sameface_start_time_seconds 1000",
    "sameface_resident_memory_bytes 4096",
  ])
    expect(lines).toContain(line);
  for (const line of lines) expect(line).toMatch(/^(#.*|\w+(\{[^}]*\})? [\d.e+-]+|)$/);
});
