/** The guided camera on the demo page, in Chromium with a camera that shows a man who looks aside. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SamefaceCapture } from "../../browser/index.ts";
import { sweep } from "../fixtures/exhaustive.ts";
import { audit } from "./axe.ts";
import { hasChromium } from "./chromium.ts";
import { screenshot } from "./screenshot.ts";
import { recordCalls, startSite } from "./site.ts";

describe.skipIf(!hasChromium)("the guided camera (needs Chromium)", () => {
  const site = startSite("franck_04000.jpg");
  let context: BrowserContext;
  let page: Page;
  let errors: string[];
  let calls: string[];

  beforeEach(() => open());

  afterEach(async () => {
    await context.close();
    expect(errors).toEqual([]);
  });

  async function open(options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> {
    await context?.close();
    context = await site.browser.newContext({
      viewport: { width: 900, height: 900 },
      permissions: ["camera"],
      ...options,
    });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    errors = [];
    calls = recordCalls(page);
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${site.server.url}/#enrol`);
    await page.getByRole("tab", { name: "Enrol" }).waitFor();
  }

  const panel = () => page.getByRole("tabpanel");
  const told = () => page.locator("sameface-capture").getByRole("status").first();
  const video = () => page.locator("sameface-capture video");
  const useCamera = () => panel().getByRole("button", { name: "Use the camera" }).click();
  const saysToLookStraight = () => panel().getByText("Look straight into the camera.").waitFor();

  test("says what to do and sends nothing; by keyboard the photo is taken all the same", async () => {
    await useCamera();
    await saysToLookStraight();
    expect(await page.locator("sameface-capture").getAttribute("data-state")).toBe("running");
    const focused = () =>
      page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent ?? "");
    expect(await focused()).toBe("Take the photo now");
    await page.keyboard.press("Enter");
    await panel().getByText("camera.jpg", { exact: true }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Use the camera");
    expect(calls).toEqual([]);
  });

  test("closes by its button, and lets go of the camera", async () => {
    await useCamera();
    await saysToLookStraight();
    await video().evaluate(({ srcObject }: HTMLVideoElement) => {
      const [track] = (srcObject as MediaStream).getTracks();
      Object.assign(globalThis, { track });
    });
    await panel().getByRole("button", { name: "Close the camera" }).click();
    await panel().getByText("No photo yet").waitFor();
    expect(await page.evaluate("track.readyState")).toBe("ended");
  });

  test.each([
    ["NotAllowedError", "The camera is not allowed."],
    ["NotFoundError", "There is no camera."],
    ["NotReadableError", "The camera is in use by another app."],
  ])("says so, and offers a file, when the camera fails with %s", async (name, text) => {
    await page.evaluate((failure) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", failure));
    }, name);
    await useCamera();
    await panel().getByText(text).waitFor();
    expect(await panel().getByText("Or choose a file instead.").isVisible()).toBe(true);
  });

  test("says so when the camera ends by itself", async () => {
    await useCamera();
    await saysToLookStraight();
    await video().evaluate(({ srcObject }: HTMLVideoElement) => {
      (srcObject as MediaStream).getTracks()[0].dispatchEvent(new Event("ended"));
    });
    await panel().getByText("The camera stopped.").waitFor();
  });

  test("ends a challenge at its deadline, and one that is over by a wrong clock runs on", async () => {
    const challenge = (seconds: number) =>
      page.evaluate(
        ([left]) => {
          const capture = document.querySelector<SamefaceCapture>("sameface-capture");
          if (capture === null) throw new Error("there is no camera");
          const deadline = new Date(Date.now() + 1000 * left).toISOString();
          capture.challenge = { poses: ["left", "up", "right", "closer"], deadline };
          void capture.start();
        },
        [seconds],
      );
    await useCamera();
    await saysToLookStraight();
    await challenge(-60);
    await panel().getByText("Step 1 of 5").waitFor();
    await saysToLookStraight();
    // A challenge is not answered by hand.
    expect(await panel().getByRole("button", { name: "Take the photo now" }).count()).toBe(0);
    const codes = page.locator("sameface-capture").evaluate(async (capture: SamefaceCapture) => {
      const told: string[] = [];
      capture.addEventListener("capture-failed", ({ detail }) => told.push(detail.code));
      await new Promise((resolve) => capture.addEventListener("capture-failed", resolve));
      // Another try at it would take every frame in vain.
      document.body.append(capture);
      await capture.start();
      return told;
    });
    await challenge(1);
    await panel().getByText("The time is over. Begin anew.").waitFor();
    expect(await codes).toEqual(["deadline_passed", "deadline_passed"]);
  });

  test("fits its place when the camera's picture changes its sides", async () => {
    await open({ viewport: { width: 900, height: 1200 } });
    await useCamera();
    await saysToLookStraight();
    const sides = () =>
      page.locator("sameface-capture .picture").evaluate((picture) => {
        const { width, height } = picture.getBoundingClientRect();
        return width / height;
      });
    expect(await sides()).toBeCloseTo(720 / 576, 1);
    await video().evaluate((shown: HTMLVideoElement) => {
      Object.defineProperties(shown, { videoWidth: { value: 576 }, videoHeight: { value: 720 } });
      shown.dispatchEvent(new Event("resize"));
    });
    expect(await sides()).toBeCloseTo(576 / 720, 1);
  });

  test("guides at the next start when its engine could not be fetched before", async () => {
    await page.route("**/browser/worker.js", (route) => route.abort());
    await useCamera();
    await panel().getByText("The guide cannot start. Take the photo yourself.").waitFor();
    await page.unroute("**/browser/worker.js");
    await page.locator("sameface-capture").evaluate((capture: SamefaceCapture) => void capture.start());
    await saysToLookStraight();
  });

  test("opens the camera of the later start, whichever the browser opens first", async () => {
    await useCamera();
    await saysToLookStraight();
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      const streams: MediaStream[] = [];
      Object.assign(globalThis, { streams });
      mediaDevices.getUserMedia = async (constraints) => {
        const isFirst = streams.length === 0;
        const stream = await open(constraints);
        streams.push(stream);
        if (isFirst) await new Promise((resolve) => setTimeout(resolve, 1000));
        return stream;
      };
      const capture = document.querySelector<SamefaceCapture>("sameface-capture");
      void capture?.start();
      void capture?.start();
    });
    const states = () =>
      page.evaluate("streams.map((stream) => stream.getVideoTracks()[0].readyState).sort().join()");
    await expect.poll(states, { timeout: 20_000 }).toBe("ended,live");
    await saysToLookStraight();
    const shown = await video().evaluate(({ srcObject }: HTMLVideoElement) =>
      (srcObject as MediaStream | null)?.getVideoTracks().map(({ readyState }) => readyState),
    );
    expect(shown).toEqual(["live"]);
  });

  test("gives one photo when its button is pressed twice, and none once it was closed", async () => {
    const told = (names: readonly string[]) =>
      page.locator("sameface-capture").evaluate(async (capture: SamefaceCapture, pressed) => {
        const events: string[] = [];
        for (const name of ["capture-photo", "capture-stopped"] as const)
          capture.addEventListener(name, () => events.push(name));
        for (const name of pressed) {
          const buttons = capture.shadowRoot?.querySelectorAll("button") ?? [];
          [...buttons].find(({ textContent }) => textContent === name)?.click();
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return events;
      }, names);
    await useCamera();
    await saysToLookStraight();
    expect(await told(["Take the photo now", "Take the photo now"])).toEqual(["capture-photo"]);
    await useCamera();
    await saysToLookStraight();
    expect(await told(["Take the photo now", "Close the camera"])).toEqual(["capture-stopped"]);
  });

  test.each([
    ["cannot be fetched", () => page.route("**/browser/worker.js", (route) => route.abort())],
    [
      "is refused by the browser",
      () =>
        page.evaluate(() => {
          globalThis.Worker = class {
            constructor() {
              throw new DOMException("the script is of another origin", "SecurityError");
            }
          } as unknown as typeof Worker;
        }),
    ],
  ])("lets the person take the photo where its engine %s", async (_, withoutEngine) => {
    await withoutEngine();
    await useCamera();
    await panel().getByText("The guide cannot start. Take the photo yourself.").waitFor();
    await panel().getByRole("button", { name: "Take the photo now" }).click();
    await panel().getByText("camera.jpg", { exact: true }).waitFor();
  });

  test("speaks when it is asked to, and only then", async () => {
    await page.evaluate(() => {
      const spoken: string[] = [];
      Object.assign(globalThis, { spoken });
      speechSynthesis.speak = ({ text, lang }) => void spoken.push(`${lang}: ${text}`);
    });
    await useCamera();
    await saysToLookStraight();
    expect(await page.evaluate("spoken")).toEqual([]);
    const voice = panel().getByRole("button", { name: "Speak instructions" });
    await voice.click();
    expect(await voice.getAttribute("aria-pressed")).toBe("true");
    await expect
      .poll(() => page.evaluate("spoken"), { timeout: 20_000 })
      .toEqual(["en: Look straight into the camera."]);
  });

  test("says everything in the page's own words", async () => {
    await useCamera();
    await saysToLookStraight();
    await page.evaluate(() => {
      const capture = document.querySelector<SamefaceCapture>("sameface-capture");
      if (capture !== null) capture.words = { look_straight: "Regarde la caméra.", take: "Prendre la photo" };
    });
    await panel().getByText("Regarde la caméra.").waitFor();
    expect(await panel().getByRole("button", { name: "Prendre la photo" }).isVisible()).toBe(true);
    expect(await panel().getByRole("button", { name: "Close the camera" }).isVisible()).toBe(true);
  });

  test("mirrors the picture of a camera that looks at the person", async () => {
    await useCamera();
    await saysToLookStraight();
    const transform = await video().evaluate((shown) => getComputedStyle(shown).transform);
    expect(transform).toBe("matrix(-1, 0, 0, 1, 0, 0)");
  });

  test("changes to the camera on the back, whose picture is as it is", async () => {
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      const facings: unknown[] = [];
      Object.assign(globalThis, { facings });
      mediaDevices.getUserMedia = async (constraints = {}) => {
        const { facingMode } = constraints.video as MediaTrackConstraints;
        facings.push(facingMode);
        const stream = await open(constraints);
        for (const track of stream.getVideoTracks()) {
          const settings = track.getSettings();
          track.getSettings = () => ({ ...settings, facingMode: facingMode as string });
        }
        return stream;
      };
      const camera = { kind: "videoinput" } as MediaDeviceInfo;
      mediaDevices.enumerateDevices = async () => [camera, camera];
    });
    await useCamera();
    await saysToLookStraight();
    await panel().getByRole("button", { name: "Other camera" }).click();
    await saysToLookStraight();
    expect(await page.evaluate("facings")).toEqual(["user", "environment"]);
    expect(await video().evaluate((shown) => getComputedStyle(shown).transform)).toBe("none");
  });

  test("moves nothing by itself for people who want less motion", async () => {
    await open({ reducedMotion: "reduce" });
    await useCamera();
    await saysToLookStraight();
    const durations = await page
      .locator("sameface-capture .held")
      .evaluate((held) => getComputedStyle(held).transitionDuration);
    expect(durations).toBe("0s");
  });

  const looks = [
    { colorScheme: "light", width: 900 },
    { colorScheme: "dark", width: 900 },
    { colorScheme: "light", width: 360 },
    { colorScheme: "dark", width: 360 },
  ] as const;

  test.each(sweep(looks, [looks[0], looks[3]]))(
    "has nothing serious by axe, and fits, in $colorScheme at $width px",
    async ({ colorScheme, width }) => {
      await open({ colorScheme, viewport: { width, height: 800 } });
      await useCamera();
      await saysToLookStraight();
      expect(await audit(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await told().waitFor();
      await screenshot(page, `capture-${colorScheme}-${width}`);
    },
  );
});
