/** Accessibility by axe: what it calls serious or critical on a page. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** @param exclude selectors of the parts that are left out */
export async function audit(page: Page, exclude: readonly string[] = []): Promise<string[]> {
  // The page's own policy allows only its own scripts, so the debugger injects axe.
  await page.evaluate(await readFile(axePath, "utf8"));
  const violations = await page.evaluate(
    async (selectors) => {
      const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
      const context = { include: ["html"], exclude: selectors };
      return (await axe.run(context, { resultTypes: ["violations"] })).violations;
    },
    [...exclude],
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}
