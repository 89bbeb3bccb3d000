/** The demo page of a deployment that does not give its engine away, in Chromium. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readMedia } from "../fixtures/data.ts";
import { stillVideo } from "./camera-video.ts";
import { hasChromium, launchChromium } from "./chromium.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";

describe.skipIf(!hasChromium)("the demo page without the engine for pages (needs Chromium)", () => {
  let folder: string;
  let server: DevServer;
  let browser: Browser;
  let page: Page;
  let calls: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sameface-guide-"));
    [server, browser] = await Promise.all([
      startDevServer(folder, { SAMEFACE_BROWSER: "off" }),
      launchChromium(stillVideo(readMedia("franck_01829.jpg")), folder),
    ]);
    page = await (await browser.newContext({ permissions: ["camera"] })).newPage();
    page.setDefaultTimeout(90_000);
    calls = [];
    page.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (/^\/(?:v1|browser)\//.test(pathname)) calls.push(`${request.method()} ${pathname}`);
    });
    await page.goto(server.url);
    await page.getByRole("tab", { name: "Enrol" }).waitFor();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

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
