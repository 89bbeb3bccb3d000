import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config.ts";

describe("parseConfig", () => {
  it("is in production, without a key and with 10 MiB bodies, when nothing is set", () => {
    expect(parseConfig({})).toMatchObject({
      environment: "production",
      apiKey: undefined,
      maxBodyBytes: 10 * 1024 * 1024,
    });
  });

  it("takes what is set, and lets other bindings be", () => {
    const env = {
      SAMEFACE_ENV: "development",
      SAMEFACE_API_KEY: "k3y",
      SAMEFACE_MAX_BODY_BYTES: "2048",
      TEMPLATES: {},
    };
    expect(parseConfig(env)).toMatchObject({ environment: "development", apiKey: "k3y", maxBodyBytes: 2048 });
  });

  it("takes an empty variable for one that is not set", () => {
    const env = { SAMEFACE_ENV: "", SAMEFACE_API_KEY: "", SAMEFACE_MAX_BODY_BYTES: "" };
    expect(parseConfig(env)).toEqual(parseConfig({}));
  });

  it.each([
    ["SAMEFACE_ENV", "staging"],
    ["SAMEFACE_API_KEY", "two words"],
    ["SAMEFACE_API_KEY", "line\nbreak"],
    ["SAMEFACE_MAX_BODY_BYTES", "ten"],
    ["SAMEFACE_MAX_BODY_BYTES", "1023"],
    ["SAMEFACE_MAX_BODY_BYTES", "2048.5"],
    ["SAMEFACE_MAX_BODY_BYTES", String(64 * 1024 * 1024 + 1)],
  ])("refuses %s=%j by name, without repeating the value", (name, value) => {
    const attempt = () => parseConfig({ [name]: value });
    expect(attempt).toThrow(name);
    expect(attempt).not.toThrow(value);
  });

  it.each(["1024", String(64 * 1024 * 1024)])("takes a body limit of exactly %s", (bytes) => {
    expect(parseConfig({ SAMEFACE_MAX_BODY_BYTES: bytes }).maxBodyBytes).toBe(Number(bytes));
  });
});
