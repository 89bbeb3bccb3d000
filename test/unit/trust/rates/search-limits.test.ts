import { describe, expect, it } from "vitest";
import type { Scope } from "../../../../src/identity/scopes.ts";
import { defaultRates } from "../../../../src/identity/settings.ts";
import { chooseRate } from "../../../../src/trust/rates/rate-choice.ts";
import { searchLimits } from "../../../../src/trust/rates/search-limits.ts";
import { sphereCalibration } from "../../../fixtures/people/sphere.ts";

const calibration = sphereCalibration(64);
const settings = { maxFpir: 0.01 };

function limitsOf(faces: number, scopes: Scope[], maxFpir?: number) {
  const chosen = chooseRate({ kind: "key", scopes: new Set(scopes) }, defaultRates, { maxFpir });
  if (!chosen.ok) throw new Error(chosen.failure.code);
  return searchLimits(calibration, faces, chosen.value, settings);
}

describe("the limits of a search", () => {
  it("without scores stay as the gallery grows, and its answers come by id", () => {
    const [few, more] = [limitsOf(200, ["identify"]), limitsOf(900, ["identify"])];
    expect(few).toMatchObject({ ok: true, value: { order: "subject_id" } });
    expect(few.ok && more.ok && few.value.threshold === more.value.threshold).toBe(true);
  });

  it("with scores follow its size, and answers come by closeness", () => {
    const [few, more] = [limitsOf(200, ["identify", "scores"]), limitsOf(900, ["identify", "scores"])];
    expect(few).toMatchObject({ ok: true, value: { order: "closest", maxFpir: 0.01 } });
    expect(few.ok && more.ok && few.value.threshold > more.value.threshold).toBe(true);
  });

  it("that the data do not reach are refused", () => {
    expect(limitsOf(1000, ["identify", "scores"], 1e-3)).toMatchObject({
      failure: { code: "invalid_request", field: "max_fpir" },
    });
  });
});
