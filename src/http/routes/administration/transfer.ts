/** Export and import of a tenant's faces, in pages sealed with the caller's own key. */
import type { Context } from "hono";
import type { Config } from "../../../config.ts";
import { parseKek } from "../../../crypto/key-ring.ts";
import type { RandomBytes } from "../../../crypto/random.ts";
import { importAesKey } from "../../../crypto/sealing.ts";
import { fail, ok, type Result } from "../../../errors.ts";
import { readPage, writePage } from "../../../identity/store/export-page.ts";
import type { OpenTransfer } from "../../../identity/store/tenant-transfer.ts";
import type { Pipeline } from "../../../pipeline.ts";
import { answer, refuse } from "../../answer.ts";
import type { AppEnv, Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import { readBody } from "../../request/body/body.ts";
import { checkQuery } from "../../request/input.ts";
import { exportQuerySchema } from "../../schemas/administration.ts";
import type { importAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

/** Copies of a page's bytes that are held while it is read, beside the body. */
const importCopies = 3;

/** Header that carries the key: an address would be logged on its way. */
const keyHeader = "Sameface-Transfer-Key";

interface ExportDeps {
  readonly openTransfer: OpenTransfer;
  readonly randomBytes: RandomBytes;
}

/** POST /v1/export?limit&cursor */
export function exportFaces({ openTransfer, randomBytes }: ExportDeps): Handler {
  return async (c) => {
    const query = checkQuery(c, exportQuerySchema);
    if (!query.ok) return refuse(c, query.failure);
    const key = await transferKey(c);
    if (!key.ok) return refuse(c, key.failure);
    const page = await openTransfer(callerOf(c)).exportPage(query.value);
    if (!page.ok) return refuse(c, page.failure);
    const text = await writePage(page.value, key.value, randomBytes);
    const next = page.value.nextCursor;
    return c.body(text, 200, {
      "Content-Type": "application/x-ndjson",
      ...(next === null ? {} : { "Sameface-Next-Cursor": next }),
    });
  };
}

interface ImportDeps {
  readonly openTransfer: OpenTransfer;
  readonly config: Pick<Config, "maxBodyBytes">;
  readonly pipeline: Pick<Pipeline, "encoderId">;
}

/** POST /v1/import: takes every face of the page that arrived, or none. */
export function importFaces({ openTransfer, config, pipeline }: ImportDeps): Handler {
  return async (c) => {
    const key = await transferKey(c);
    if (!key.ok) return refuse(c, key.failure);
    const { claim } = c.var;
    const body = await readBody(c.req.raw, {
      limitBytes: config.maxBodyBytes,
      wanted: "send a page of an export",
      claim,
    });
    if (!body.ok) return refuse(c, body.failure);
    // The room holds the text, and the faces read from it.
    const room = await claim.decode(importCopies * body.value.length);
    if (!room.ok) return refuse(c, room.failure);
    const page = await readPage(new TextDecoder().decode(body.value), key.value, pipeline.encoderId);
    if (!page.ok) return refuse(c, page.failure);
    const { faces, end } = page.value;
    const counts = await openTransfer(callerOf(c)).importFaces(faces);
    return answer(c, 200, {
      ...counts,
      complete: end !== undefined,
      next_cursor: end?.nextCursor ?? null,
    } satisfies Body<typeof importAnswerSchema>);
  };
}

async function transferKey(c: Context<AppEnv>): Promise<Result<CryptoKey>> {
  const bytes = parseKek(c.req.header(keyHeader) ?? "");
  if (bytes !== undefined) return ok(await importAesKey(bytes));
  return fail({ code: "invalid_request", reason: `The header ${keyHeader} must be base64 of 32 bytes.` });
}
