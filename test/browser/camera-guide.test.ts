/** The demo page of a deployment that does not give its engine away, in Chromium. */
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { hasChromium } from "./chromium.ts";
import { recordCalls, startSite } from "./site.ts";

describe.skipIf(!hasChromium)("the demo page without the engine for pages (needs Chromium)", () => {
  const site = startSite("franck_01829.jpg", { SAMEFACE_BROWSER: "off" });
  let page: Page;
  let calls: string[];

  beforeAll(async () => {
    page = await (await site.browser.newContext({ permissions: ["camera"] })).newPage();
    page.setDefaultTimeout(90_000);
    calls = recordCalls(page, /^\/(?:v1|browser)\//);
    await page.goto(site.server.url);
    await page.getByRole("tab", { name: "Enrol" }).waitFor();
  }, 180_000);

  test("has no liveness session, since nobody could be guided into its poses", async () => {
    expect(await page.getByRole("tab").allTextContents()).toEqual(["Enrol", "Verify", "Compare", "Identify"]);
  });

  test("guides the camera only while asked to, and marks the face in the moving picture", async () => {
    const panel = page.getByRole("tabpanel");
    await panel.getByRole("button", { name: "Use the camera" }).click();
    await panel.locator("video").waitFor();
    await page.waitForTimeout(400);
    expect(calls).toEqual([]);
    await panel.getByRole("button", { name: "Guide me" }).click();
    await panel.getByText("Good. Take the photo.").waitFor();
    await panel.getByRole("button", { name: "Guide me" }).click();
    await page.waitForTimeout(500);
    const sent = calls.length;
    await page.waitForTimeout(600);
    expect(calls).toHaveLength(sent);
    expect(new Set(calls)).toEqual(new Set(["POST /v1/detect"]));
    await panel.getByRole("button", { name: "Take the photo" }).click();
    await panel.getByText("camera.jpg", { exact: true }).waitFor();
  });
});
