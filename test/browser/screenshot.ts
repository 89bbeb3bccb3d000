/** Pictures of pages, to be looked at. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { isExhaustive } from "../fixtures/exhaustive.ts";

/** Folder of screenshots for people to look at; not part of the repository. */
const outputFolder = fileURLToPath(new URL("../output/browser/", import.meta.url));

/**
 * Takes a picture to be looked at, in `npm run test:exhaustive` alone: a whole page takes Chromium a second without a
 * GPU.
 */
export async function screenshot(page: Page, name: string, { fullPage = true } = {}): Promise<void> {
  if (!isExhaustive) return;
  mkdirSync(outputFolder, { recursive: true });
  await page.screenshot({ path: join(outputFolder, `${name}.png`), fullPage });
}
