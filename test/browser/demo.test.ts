/** The page for trying the service out, in Chromium, against the development server with the real models. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mediaPath } from "../fixtures/data.ts";
import { isExhaustive } from "../fixtures/exhaustive.ts";
import { audit } from "./axe.ts";
import { hasChromium } from "./chromium.ts";
import { screenshot } from "./screenshot.ts";
import { recordCalls, startSite } from "./site.ts";

const franck = mediaPath("franck_01829.jpg");
const franckLater = mediaPath("franck_04000.jpg");
const cage = mediaPath("cage.jpg");

/** Faults that no page may have, as they happened. */
interface Misdeeds {
  readonly errors: string[];
  readonly foreignRequests: string[];
}

describe.skipIf(!hasChromium)("the demo page (needs Chromium)", () => {
  const site = startSite("franck_01829.jpg");
  let context: BrowserContext;
  let page: Page;
  let misdeeds: Misdeeds;
  /** Requests to the API, by method and path. */
  let calls: string[];

  beforeEach(async () => {
    await open({ width: 1100, height: 900 });
  });

  afterEach(async () => {
    await context.close();
    expect(misdeeds).toEqual({ errors: [], foreignRequests: [] });
  });

  async function open(viewport: { width: number; height: number }, hash = ""): Promise<void> {
    await context?.close();
    context = await site.browser.newContext({
      viewport,
      permissions: ["camera"],
      hasTouch: viewport.width < 500,
    });
    page = await context.newPage();
    page.setDefaultTimeout(90_000);
    misdeeds = { errors: [], foreignRequests: [] };
    calls = recordCalls(page);
    page.on("pageerror", (error) => misdeeds.errors.push(error.message));
    page.on("console", (message) => {
      // The browser logs each answer of 4xx, which the page itself shows.
      const expected = /the server responded with a status of 4/.test(message.text());
      if (message.type() === "error" && !expected) misdeeds.errors.push(message.text());
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== site.server.url)
        misdeeds.foreignRequests.push(request.url());
    });
    await page.goto(`${site.server.url}/${hash}`);
    await page.getByRole("tab", { name: "Enrol" }).waitFor();
  }

  const panel = () => page.getByRole("tabpanel");
  const verdict = () => panel().locator(".verdict h2");

  async function act(tab: string, files: string[], button: string, name?: string): Promise<string> {
    await page.getByRole("tab", { name: tab, exact: true }).click();
    const inputs = panel().locator("input[type=file]");
    for (const [i, file] of files.entries()) await inputs.nth(i).setInputFiles(file);
    if (name !== undefined) await panel().getByLabel("Name").fill(name);
    await panel().getByRole("button", { name: button }).click();
    await verdict().waitFor();
    return (await verdict().textContent()) ?? "";
  }

  test("enrols from the camera, verifies another photo of the man, and not another man", async () => {
    await panel().getByRole("button", { name: "Use the camera" }).click();
    // The guide takes the photo by itself, and nothing is sent for it.
    await panel().getByText("camera.jpg", { exact: true }).waitFor();
    expect(calls).toEqual([]);
    await panel().getByLabel("Name").fill("franck");
    await panel().getByRole("button", { name: "Enrol this face" }).click();
    await verdict().waitFor();
    expect(await verdict().textContent()).toBe("Enrolled");
    await screenshot(page, "enrol");

    expect(await act("Verify", [franckLater], "Verify", "franck")).toBe("Match");
    await screenshot(page, "verify-match");
    expect(await act("Verify", [cage], "Verify", "franck")).toBe("No match");
    await screenshot(page, "verify-no-match");
  });

  test("shows what the decision rests on: curves, distance, crop, quality, time, and the command", async () => {
    await act("Enrol", [franck], "Enrol this face", "franck");
    await act("Verify", [franckLater], "Verify", "franck");
    const drawing = await panel().locator(".chart svg").getAttribute("aria-label");
    expect(drawing).toMatch(/^The distance is 0\.\d{3}, within the threshold of \d\.\d{3}\.$/);
    const crop = panel().locator(".crop img");
    expect(
      await crop.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]),
    ).toEqual([112, 112]);
    expect(await panel().locator(".measure").count()).toBe(7);
    expect(await panel().locator(".measure.unfit").count()).toBe(0);
    const legend = (await panel().locator(".legend li").allTextContents()).join(" ");
    for (const stage of ["decode", "detect", "encode"]) expect(legend).toContain(stage);
    await panel().getByText("The same with curl").click();
    expect(await panel().getByRole("region", { name: "the command" }).textContent()).toContain(
      `${site.server.url}/v1/subjects/franck/verify?include=crop&max_fmr=0.0001`,
    );
  });

  test("marks box and landmarks on the photo", async () => {
    const teal = () =>
      panel()
        .locator("canvas.photo")
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i] === 0x5f && data[i + 1] === 0xe0 && data[i + 2] === 0xc9) count++;
          }
          return count;
        });
    await panel().locator("input[type=file]").setInputFiles(franck);
    await panel().getByText("franck_01829.jpg", { exact: true }).waitFor();
    expect(await teal()).toBe(0);
    await act("Enrol", [], "Enrol this face", "franck");
    expect(await teal()).toBeGreaterThan(300);
  });

  test("decides on a photo that replaces another before the browser has decoded it, and marks it then", async () => {
    await act("Compare", [franck, franckLater], "Compare");
    await panel().locator('[data-state="photo"]').nth(1).waitFor();
    await page.evaluate(() => {
      const decode = window.createImageBitmap.bind(window) as (...given: unknown[]) => Promise<ImageBitmap>;
      window.createImageBitmap = (async (...given: unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        return decode(...given);
      }) as typeof window.createImageBitmap;
      for (const canvas of document.querySelectorAll("canvas.photo")) canvas.removeAttribute("aria-label");
    });
    expect(await act("Compare", [franck, cage], "Compare")).toBe("Not the same person");
    await panel()
      .getByLabel(/with the face marked$/)
      .nth(1)
      .waitFor();
  });

  test("compares two photos, and finds who is enrolled", async () => {
    expect(await act("Compare", [franck, franckLater], "Compare")).toBe("The same person");
    expect(await panel().locator(".face-card").count()).toBe(2);
    await screenshot(page, "compare-same");
    expect(await act("Compare", [franck, cage], "Compare")).toBe("Not the same person");
    await act("Enrol", [franck], "Enrol this face", "franck");
    expect(await act("Identify", [franckLater], "Identify")).toBe("franck");
    await screenshot(page, "identify");
    expect(await act("Identify", [cage], "Identify")).toBe("Nobody who is enrolled");
  });

  test("says plainly what is wrong with a file that is no photo, and with a photo of no face", async () => {
    const text = join(site.folder, "letter.jpg");
    writeFileSync(text, "Dear Sir or Madam");
    expect(await act("Enrol", [text], "Enrol this face", "letter")).toBe("That did not work");
    expect(await panel().locator(".verdict").textContent()).toMatch(
      /This is text\. Send one still photo as JPEG.*unsupported_media_type/,
    );
    await screenshot(page, "bad-file");
    await act("Enrol", [mediaPath("facemodel_numbering_new_small.png")], "Enrol this face", "drawing");
    expect(await panel().locator(".verdict code").textContent()).toMatch(/^(face_not_found|low_quality)$/);
  });

  test.each([
    ["Verify", "Verify"],
    ["Live", "Begin"],
  ])("says in the tab %s which names there are", async (tab, button) => {
    await page.getByRole("tab", { name: tab }).click();
    for (const input of await panel().locator("input[type=file]").all()) await input.setInputFiles(franck);
    await panel().getByLabel("Name").fill("a name");
    await panel().getByRole("button", { name: button }).click();
    await panel().getByText("Enter a name of 1 to 128 letters and digits or . _ ~ : @ + = | -").waitFor();
    expect(calls).toEqual([]);
  });

  test("sends nothing before the button, and says what is missing", async () => {
    await panel().getByRole("button", { name: "Enrol this face" }).click();
    await panel().getByText("Choose or take a photo first: photo.").waitFor();
    await panel().locator("input[type=file]").setInputFiles(franck);
    await panel().getByText("franck_01829.jpg", { exact: true }).waitFor();
    expect(calls).toEqual([]);
  });

  test.each([
    ["Enrol", "Use the camera", "**/browser/sameface.js"],
    ["Live", "Begin", "**/v1/sessions"],
  ])(
    "opens no camera in the tab %s when that was left while the camera was on its way",
    async (tab, button, awaited) => {
      let opened = 0;
      await page.exposeFunction("cameraOpened", () => opened++);
      await page.evaluate(() => {
        const { mediaDevices } = navigator;
        const open = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = (constraints) => {
          (globalThis as unknown as { cameraOpened(): void }).cameraOpened();
          return open(constraints);
        };
      });
      await page.getByRole("tab", { name: tab }).click();
      // A verification of somebody who is not enrolled has no session, and so no camera.
      if (tab === "Live") await panel().getByLabel("Action").selectOption("enrol");
      let arrive = () => {};
      const leaving = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      await page.route(awaited, async (route) => {
        await leaving;
        await route.continue();
      });
      const asked = page.waitForRequest(awaited);
      const answered = page.waitForResponse(awaited);
      await panel().getByRole("button", { name: button }).click();
      await asked;
      await page.getByRole("tab", { name: "Verify" }).click();
      arrive();
      await (await answered).finished();
      await page.waitForTimeout(1000);
      expect(opened).toBe(0);
      expect(await page.locator("sameface-capture").count()).toBe(0);
    },
  );

  test("shows who is enrolled and forgets them", async () => {
    await act("Enrol", [franck], "Enrol this face", "to-forget");
    await panel().getByText("Who is enrolled").click();
    await panel().getByRole("button", { name: "Forget to-forget" }).click();
    await panel().getByText("to-forget is forgotten.").waitFor();
    expect(await panel().getByRole("button", { name: "Forget to-forget" }).count()).toBe(0);
  });

  test("works by keyboard alone", async () => {
    await page.getByRole("tab", { name: "Enrol" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Verify");
    await page.keyboard.press("End");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Live");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).type)).toBe("file");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await panel().getByText("camera.jpg", { exact: true }).waitFor();
    await panel().getByLabel("Name").focus();
    await page.keyboard.press("Enter");
    await verdict().waitFor();
    expect(await verdict().textContent()).toBe("Enrolled");
  });

  test("fits a phone, and nothing hangs over its edge", async () => {
    await open({ width: 390, height: 844 });
    await act("Enrol", [franck], "Enrol this face", "franck");
    expect(await act("Verify", [franckLater], "Verify", "franck")).toBe("Match");
    const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(await widths()).toEqual([390, 390]);
    await screenshot(page, "phone-verify");
    await page.getByRole("tab", { name: "Compare" }).click();
    expect(await widths()).toEqual([390, 390]);
    await screenshot(page, "phone-compare");
  });

  describe("axe finds nothing serious", () => {
    test("on the page as it opens, and with a result", async () => {
      expect(await audit(page)).toEqual([]);
      await act("Enrol", [franck], "Enrol this face", "axe");
      await act("Verify", [cage], "Verify", "axe");
      expect(await audit(page)).toEqual([]);
    });

    test.skipIf(!isExhaustive)("in the dark", async () => {
      await page.emulateMedia({ colorScheme: "dark" });
      await act("Compare", [franck, franckLater], "Compare");
      expect(await audit(page)).toEqual([]);
      await screenshot(page, "dark-compare");
    });

    test.skipIf(!isExhaustive)("on a phone", async () => {
      await open({ width: 390, height: 844 });
      await act("Enrol", [franck], "Enrol this face", "axe");
      expect(await audit(page)).toEqual([]);
    });

    test("in the API's reference", async () => {
      await page.goto(`${site.server.url}/docs`);
      await page.locator("main[aria-busy=false]").waitFor();
      expect(await page.locator("article.operation").count()).toBeGreaterThan(20);
      // All operations are rendered alike, so the first of each group stands for the others.
      expect(await audit(page, ["article.operation:nth-of-type(n+2)"])).toEqual([]);
      await screenshot(page, "docs", { fullPage: false });
    });
  });
});
