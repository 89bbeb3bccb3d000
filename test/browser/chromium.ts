/** Chromium as Debian packages it, with a camera that plays a video. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

export const hasChromium = executablePath !== undefined;

/**
 * @param cameraVideo what the camera plays over and over, as YUV4MPEG2
 * @param folder for that video
 */
export async function launchChromium(cameraVideo: Buffer, folder: string): Promise<Browser> {
  const video = join(folder, "camera.y4m");
  writeFileSync(video, cameraVideo);
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
