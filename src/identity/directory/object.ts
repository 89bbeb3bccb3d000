/** The directory as a Durable Object, and how a Worker reaches it. */
import { DurableObject } from "cloudflare:workers";
import { createKvCopies } from "../kv.ts";
import { createDirectory } from "./directory.ts";
import type { Directory, OpenDirectory } from "./types.ts";

export interface DirectoryEnv {
  readonly TEMPLATES: KVNamespace;
  readonly GALLERY?: unknown;
}

const methods = [
  "admit",
  "createTenant",
  "changeSettings",
  "addApiKey",
  "listApiKeys",
  "revokeApiKey",
  "registerTenant",
  "listTenants",
  "listSigningKeys",
  "addSigningKey",
  "rewrapSigningKey",
  "addFace",
  "importFaces",
  "updateFace",
  "deleteFaces",
  "describeFaces",
  "readRecords",
  "listSubjects",
  "listFaces",
  "beginAttempt",
  "settleAttempt",
  "prepareSearch",
  "search",
  "settleSearch",
  "unlock",
  "addSession",
  "listAudit",
  "note",
  "listWrappedByOthers",
  "rewrap",
  "galleryTasks",
  "finishGalleryTasks",
  "maintain",
] as const satisfies readonly (keyof Directory)[];

type Missing = Exclude<keyof Directory, (typeof methods)[number]>;
const allMethods: readonly (keyof Directory)[] & (Missing extends never ? unknown : never) = methods;

export class DirectoryObject extends DurableObject<DirectoryEnv> {
  readonly #directory: Directory;

  constructor(ctx: DurableObjectState, env: DirectoryEnv) {
    super(ctx, env);
    this.#directory = createDirectory({
      storage: ctx.storage,
      copies: createKvCopies(env.TEMPLATES),
      targets: env.GALLERY === undefined ? ["copy"] : ["copy", "gallery"],
      clock: () => Date.now(),
    });
  }

  call(method: keyof Directory, parameters: readonly unknown[]): Promise<unknown> {
    const chosen = this.#directory[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
    return chosen(...parameters);
  }

  override alarm(): Promise<void> {
    return this.#directory.maintain(Date.now());
  }
}

export function createDirectories(namespace: DurableObjectNamespace<DirectoryObject>): OpenDirectory {
  return (tenant, shard) => {
    const stub = namespace.get(namespace.idFromName(`${tenant}/${shard}`));
    const remote = allMethods.map((method) => [
      method,
      (...parameters: unknown[]) => stub.call(method, parameters) as Promise<unknown>,
    ]);
    return Object.fromEntries(remote) as Directory;
  };
}
