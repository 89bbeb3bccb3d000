/**
 * Directories that report each call before it is made, for tests that count calls or let something else come first.
 */
import { createDirectories } from "../../src/identity/directory/object.ts";
import type { Directory, OpenDirectory } from "../../src/identity/directory/types.ts";
import { directories } from "./service.ts";

export interface Call {
  readonly method: keyof Directory;
  readonly tenant: string;
  readonly shard: number;
}

/** @param before awaited before each call */
export function watchedDirectories(before: (call: Call) => unknown): OpenDirectory {
  const real = createDirectories(directories);
  return (tenant, shard) =>
    new Proxy(real(tenant, shard), {
      get(directory, method: keyof Directory) {
        return async (...parameters: unknown[]) => {
          await before({ method, tenant, shard });
          return (directory[method] as (...parameters: unknown[]) => Promise<unknown>)(...parameters);
        };
      },
    });
}
