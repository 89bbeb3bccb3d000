/** Liveness sessions on the demo page, in Chromium with a camera that plays a video, against the development server. */
import type { Browser, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import type { PoseName } from "../../src/face/liveness/challenge.ts";
import { readMedia } from "../fixtures/data.ts";
import { hasChromium, launchChromium } from "./chromium.ts";
import { flatFrames, flatVideo, headVideo } from "./moving-head.ts";
import { recordCalls, startSite } from "./site.ts";

describe.skipIf(!hasChromium)("a liveness session on the page (needs Chromium)", () => {
  const site = startSite();
  let browser: Browser;
  let page: Page;
  /** Requests to the API, by method and path. */
  let calls: string[];

  afterEach(async () => {
    await browser.close();
  });

  async function open(video: Buffer): Promise<void> {
    browser = await launchChromium(video, site.folder);
    const context = await browser.newContext({
      viewport: { width: 900, height: 900 },
      permissions: ["camera"],
    });
    page = await context.newPage();
    // A pose may come last in the video, and a busy machine plays it slowly.
    page.setDefaultTimeout(180_000);
    calls = recordCalls(page);
    await page.goto(`${site.server.url}/#live`);
    await page.getByRole("tab", { name: "Live" }).waitFor();
  }

  const panel = () => page.getByRole("tabpanel");
  const verdict = () => panel().locator(".verdict h2");

  async function begin(action: string): Promise<void> {
    await panel().getByLabel("Action").selectOption(action);
    await panel().getByRole("button", { name: "Begin" }).click();
  }

  async function answer(): Promise<string | null> {
    await verdict().waitFor();
    return verdict().textContent();
  }

  const posts = () => calls.filter((call) => call.startsWith("POST"));

  test("of a head that turns enrols it, and verifies it by a session of another day", async () => {
    await open(await headVideo(readMedia("franck_02888.jpg")));
    await begin("enrol");
    await panel().getByText("Step 3 of 5").waitFor();
    // Guiding sends no picture.
    expect(posts()).toEqual(["POST /v1/sessions"]);
    expect(await answer()).toBe("Enrolled");
    expect(posts()).toEqual(["POST /v1/sessions", "POST /v1/sessions/enrol"]);

    await browser.close();
    await open(await headVideo(readMedia("franck_04035.jpg")));
    await begin("verify");
    expect(await answer()).toBe("Match");
    expect(posts()).toEqual(["POST /v1/sessions", "POST /v1/sessions/verify"]);
  }, 480_000);

  test("of a flat photo that is tilted comes to no turn, and frames of it are refused", async () => {
    const photo = readMedia("franck_02888.jpg");
    await open(await flatVideo(photo));
    await begin("enrol");
    await panel().getByText("Step 2 of 5").waitFor();
    // Longer than the video takes for all five poses.
    await page.waitForTimeout(12_000);
    expect(posts()).toEqual(["POST /v1/sessions"]);

    const headers = { Authorization: "Bearer dev-key" };
    const request = { subject_id: "flat", action: "enrol", liveness: "challenge" };
    const opened = await fetch(`${site.server.url}/v1/sessions`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });
    const { token, challenge } = (await opened.json()) as { token: string; challenge: { poses: PoseName[] } };
    const form = new FormData();
    for (const frame of await flatFrames(photo, challenge.poses)) form.append("frame", new Blob([frame]));
    form.append("session", token);
    const sent = await fetch(`${site.server.url}/v1/sessions/enrol`, { method: "POST", headers, body: form });
    const { enrolled, liveness } = (await sent.json()) as {
      enrolled: boolean;
      liveness: { live: boolean; reasons: string[] };
    };
    expect(enrolled).toBe(false);
    expect(liveness.live).toBe(false);
    expect(liveness.reasons).toContain("no_relief");
  }, 300_000);
});
