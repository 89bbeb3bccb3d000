/** Chromium as Debian packages it, with a camera that shows one photo. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { isExhaustive } from "../fixtures/exhaustive.ts";
import { stillVideo } from "./camera-video.ts";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

export const hasChromium = executablePath !== undefined;

/** Folder of screenshots for people to look at; not part of the repository. */
const outputFolder = fileURLToPath(new URL("../output/browser/", import.meta.url));

/** @param cameraPhoto picture of the camera, a JPEG */
export async function launchChromium(cameraPhoto: string, folder: string): Promise<Browser> {
  const video = join(folder, "camera.y4m");
  writeFileSync(video, stillVideo(readFileSync(cameraPhoto)));
  return chromium.launch({
    executablePath: executablePath as string,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-video-capture=${video}`,
    ],
  });
}

/**
 * Takes a picture to be looked at, in `npm run test:exhaustive` alone: a whole page takes Chromium a second without a
 * GPU.
 */
export async function screenshot(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  if (!isExhaustive) return;
  mkdirSync(outputFolder, { recursive: true });
  await page.screenshot({ path: join(outputFolder, `${name}.png`), fullPage });
}
