/** Settings that do not go together are refused where a change meets the settings that are kept. */
import { describe, expect, it } from "vitest";
import { applyChange, defaultSettings } from "../../../src/identity/settings.ts";

describe("the rate at which a frame joins a template", () => {
  const ageing = { ...defaultSettings, maxFmr: 1e-4, driftFmr: 1e-5 };

  it.each([
    ["is raised above the tenant's", { driftFmr: 1e-3 }],
    ["stays while the tenant's is lowered below it", { maxFmr: 1e-6 }],
    ["is above the tenant's in one change of both", { maxFmr: 1e-5, driftFmr: 1e-4 }],
  ])("is refused where it %s", (_, change) => {
    expect(applyChange(ageing, change)).toMatchObject({
      ok: false,
      failure: { code: "invalid_request", reason: expect.stringMatching(/template_drift_fmr.*max_fmr/) },
    });
  });

  it.each([
    ["the tenant's own", { driftFmr: 1e-4 }],
    ["none", { driftFmr: null, maxFmr: 1e-6 }],
    ["lowered with the tenant's", { driftFmr: 1e-6, maxFmr: 1e-6 }],
  ])("may be %s", (_, change) => {
    expect(applyChange(ageing, change)).toMatchObject({ ok: true, value: change });
  });

  it("that an earlier version kept does not hold up other changes", () => {
    expect(applyChange({ ...ageing, driftFmr: 1e-3 }, { edgeSeconds: 5 })).toMatchObject({ ok: true });
  });
});
