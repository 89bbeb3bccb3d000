/** The controller of a tenant is shown to people: in consent receipts, and in the public policy. */
import { describe, expect, it } from "vitest";
import { settingsChangeSchema } from "../../../../src/http/schemas/administration.ts";

const controller = {
  name: "Acme GmbH",
  contact: "privacy@acme.example",
  notice_url: "https://acme.example/privacy",
};

describe("a controller", () => {
  it.each([{}, { name: "Ärzte & Söhne <Ost>" }, { notice_url: "http://acme.example" }, { notice_url: null }])(
    "may be %o",
    (change) => {
      expect(settingsChangeSchema.safeParse({ controller: { ...controller, ...change } }).success).toBe(true);
    },
  );

  it.each([
    [{ notice_url: "javascript:alert(1)" }, "must be an http or https address"],
    [{ notice_url: "ftp://acme.example/notice" }, "must be an http or https address"],
    [{ notice_url: "https://acme.example/a\u0001b" }, "must not contain control characters"],
    [{ name: "Acme\nGmbH" }, "must not contain control characters"],
    [{ name: "Acme\u202EGmbH" }, "must not contain control characters"],
    [{ contact: "a\u001B[31m" }, "must not contain control characters"],
    [{ name: " \u200B" }, "must not be blank"],
    [{ contact: "\u00A0" }, "must not be blank"],
  ])("must not be %o", (change, message) => {
    const checked = settingsChangeSchema.safeParse({ controller: { ...controller, ...change } });
    expect(checked.error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});
