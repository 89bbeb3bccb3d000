/** Shared by these tests: the running service, a new tenant in it, and photos of two men. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { Sameface } from "../../client/index.ts";
import { mediaPath } from "../fixtures/data.ts";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Two photos of one man, and one of another. */
export const franck = mediaPath("franck_01829.jpg");
export const franckAgain = mediaPath("franck_04000.jpg");
export const cage = mediaPath("cage.jpg");

export const read = (path: string) => new Uint8Array(readFileSync(path));

export async function newTenant(name: string): Promise<{ url: string; key: string; client: Sameface }> {
  const { url, rootKey } = inject("service");
  const { key } = await new Sameface({ url, key: rootKey }).tenants.create({ tenant_id: name });
  return { url, key, client: new Sameface({ url, key }) };
}
