/** Writes the OpenAPI document, which the service serves at /openapi.json. usage: npm run openapi */
import { writeFileSync } from "node:fs";
import { buildDocument } from "./document.ts";

export const documentPath = new URL("../public/openapi.json", import.meta.url);

export function printDocument(): string {
  return `${JSON.stringify(buildDocument(), null, 1)}\n`;
}

if (import.meta.main) writeFileSync(documentPath, printDocument());
