/**
 * Directories that report each call before it is made, for tests that count calls or let something else come first, and
 * directories with other methods in the place of some.
 */
import { createDirectories } from "../../../src/identity/directory/object.ts";
import type { Directory, OpenDirectory } from "../../../src/identity/directory/types.ts";
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

/** Directories all of which have these methods in the place of their own. */
export function directoriesWith(methods: Partial<Directory>): OpenDirectory {
  const real = createDirectories(directories);
  return (tenant, shard) => replacing(real(tenant, shard), methods);
}

/** A directory with other methods in the place of some. A stub holds none of its methods, so it cannot be spread. */
export function replacing(directory: Directory, methods: Partial<Directory>): Directory {
  return new Proxy(directory, {
    get: (target, method: keyof Directory) => methods[method] ?? target[method],
  });
}
