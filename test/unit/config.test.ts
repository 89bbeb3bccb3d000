import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig, publishedKek } from "../../src/config.ts";

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

  const kek = Buffer.alloc(32, 7).toString("base64");

  it("keeps key-encryption keys in their order, the one that wraps first", () => {
    const previous = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));
    const env = { SAMEFACE_KEK: kek, SAMEFACE_KEK_PREVIOUS: previous.join(", ") };
    expect(parseConfig(env).keks).toEqual([kek, ...previous]);
  });

  it("takes the published key-encryption key in development alone", () => {
    const published = /^SAMEFACE_KEK=(.*)$/m.exec(readFileSync(".dev.vars.example", "utf8"))?.[1];
    expect(published).toBe(publishedKek);
    const keksIn = (SAMEFACE_ENV: string) => parseConfig({ SAMEFACE_ENV, SAMEFACE_KEK: publishedKek }).keks;
    expect(keksIn("development")).toEqual([publishedKek]);
    expect(keksIn("production")).toEqual([]);
    expect(parseConfig({ SAMEFACE_KEK_PREVIOUS: kek }).keks).toEqual([]);
  });

  it.each([
    ["on", "in development", { SAMEFACE_ENV: "development" }, true],
    ["off", "in production", {}, false],
    ["on", "in production where it is switched on", { SAMEFACE_DEMO: "on" }, true],
    [
      "off",
      "in development where it is switched off",
      { SAMEFACE_ENV: "development", SAMEFACE_DEMO: "off" },
      false,
    ],
  ])("has the demo page %s %s", (_, __, env, demo) => {
    expect(parseConfig(env).demo).toBe(demo);
  });

  it("takes an empty variable for one that is not set", () => {
    const env = { SAMEFACE_ENV: "", SAMEFACE_API_KEY: "", SAMEFACE_MAX_BODY_BYTES: "" };
    expect(parseConfig(env)).toEqual(parseConfig({}));
  });

  it.each([
    ["SAMEFACE_ENV", "staging"],
    ["SAMEFACE_DEMO", "yes"],
    ["SAMEFACE_API_KEY", "two words"],
    ["SAMEFACE_API_KEY", "line\nbreak"],
    ["SAMEFACE_KEK", Buffer.alloc(31).toString("base64")],
    ["SAMEFACE_KEK", Buffer.alloc(33).toString("base64")],
    ["SAMEFACE_KEK", "not base64!"],
    ["SAMEFACE_KEK_PREVIOUS", "short"],
    ["SAMEFACE_CORS_ORIGINS", "*"],
    ["SAMEFACE_CORS_ORIGINS", "https://example.com/path"],
    ["SAMEFACE_CORS_ORIGINS", "faces.example.org"],
    ["SAMEFACE_MAX_BODY_BYTES", "ten"],
    ["SAMEFACE_MAX_BODY_BYTES", "1023"],
    ["SAMEFACE_MAX_BODY_BYTES", "2048.5"],
    ["SAMEFACE_MAX_BODY_BYTES", String(24 * 1024 * 1024 + 1)],
  ])("refuses %s=%j by name, without repeating the value", (name, value) => {
    const attempt = () => parseConfig({ [name]: value });
    expect(attempt).toThrow(name);
    expect(attempt).not.toThrow(value);
  });

  it.each(["1024", String(24 * 1024 * 1024)])("takes a body limit of exactly %s", (bytes) => {
    expect(parseConfig({ SAMEFACE_MAX_BODY_BYTES: bytes }).maxBodyBytes).toBe(Number(bytes));
  });
});
