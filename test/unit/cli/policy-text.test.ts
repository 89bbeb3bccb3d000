/** The public policy says what the settings do, and no more; what they leave open is named. */
import { describe, expect, it } from "vitest";
import { periodOf, writePolicy } from "../../../cli/policy-text.ts";
import type { SettingsAnswer } from "../../../client/index.ts";
import { settings as defaults } from "../../../openapi/examples.ts";

const controller = { name: "Acme GmbH", contact: "privacy@acme.example", notice_url: null };
const day = 86_400;

function policy(change: Partial<SettingsAnswer> = {}) {
  const settings = { ...defaults, request_id: "r", controller, consent_required: true } as SettingsAnswer;
  return writePolicy({ ...settings, retention_unused_seconds: 365 * day, ...change });
}

describe("a period", () => {
  it.each([
    [86_400, "1 day"],
    [94_608_000, "1,095 days"],
    [3600, "1 hour"],
    [90_000, "25 hours"],
    [90, "90 seconds"],
    [120, "2 minutes"],
    [1, "1 second"],
  ])("of %i s is %s", (seconds, words) => {
    expect(periodOf(seconds)).toBe(words);
  });
});

describe("a policy", () => {
  it("names who is responsible, and where the notice is", () => {
    expect(policy().text).toContain("This policy is that of Acme GmbH. Contact: privacy@acme.example.");
    const notice_url = "https://acme.example/privacy";
    expect(policy({ controller: { ...controller, notice_url } }).text).toContain(
      `Privacy notice: <${notice_url}>.`,
    );
  });

  it("shows texts of the settings as they are, and links to http(s) alone", () => {
    const name = "A&B <script>*x*</script>\n# [y](z)";
    const { text } = policy({ controller: { name, contact: "a_b", notice_url: "https://a.example/ <b>" } });
    expect(text).toContain(
      "that of A&amp;B &lt;script&gt;\\*x\\*&lt;/script&gt; \\# \\[y\\](z). Contact: a\\_b. Privacy notice: <https://a.example/%20%3Cb%3E>.",
    );
    const script = policy({ controller: { ...controller, notice_url: "javascript:alert(1)" } }).text;
    expect(script).toContain("Privacy notice: javascript:alert(1).");
  });

  it("says that frames may be kept, and how they go, only where a template may age", () => {
    const { text } = policy({ template_drift_fmr: 1e-6 });
    expect(text).toContain("may be kept in the same way, as a further face");
    expect(text).toContain("destroyed when any enrolled photo is deleted or ends, and on request");
    expect(policy().text).not.toContain("further face");
  });

  it("says each end of a face that the settings set", () => {
    const { text } = policy({ retention_seconds: 90 * day });
    expect(text).toContain("- 90 days after the enrolment");
    expect(text).toContain(
      "- 365 days after the end of the day on which the person was last enrolled or recognised;",
    );
    expect(policy().text).not.toContain("after the enrolment,");
    expect(policy({ retention_unused_seconds: null }).text).not.toContain("recognised;");
  });

  it("says where faces are stored only where that is sure", () => {
    expect(policy({ jurisdiction: "eu" }).text).toContain("stored in the European Union, and nowhere else");
    expect(policy({ location_hint: "weur" }).text).not.toContain("stored in");
  });

  it("leaves sketches out where none is kept", () => {
    expect(policy().text).toContain("sketch of 385 bytes");
    const replay = { ...defaults.replay, sessions: "off", keys: "off" } as const;
    expect(policy({ replay }).text).not.toContain("sketch");
  });

  it.each<[string, Partial<SettingsAnswer>, RegExp]>([
    ["nobody responsible", { controller: null }, /controller/],
    ["no end", { retention_unused_seconds: null }, /until they are deleted/],
    [
      "an end after more than three years without use",
      { retention_unused_seconds: 1096 * day },
      /three years/,
    ],
    ["enrolments without consent", { consent_required: false }, /consent_required/],
  ])("with %s says so", (_, change, open) => {
    expect(policy(change).open).toEqual([expect.stringMatching(open)]);
    expect(policy().open).toEqual([]);
  });
});
