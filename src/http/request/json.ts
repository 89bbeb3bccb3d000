/** Reads a small JSON body and checks it. */
import type { Context } from "hono";
import type * as z from "zod";
import { fail, type Result } from "../../errors.ts";
import type { AppEnv } from "../app-env.ts";
import { declaredLength, empty, readBody } from "./body/body.ts";
import { formOf } from "./body/body-form.ts";
import { check } from "./input.ts";
import { parseJsonBody } from "./parsing/json-body.ts";

/** Longest body of a request without photos, bytes. */
const maxJsonBytes = 16 * 1024;

/** Reads the body and checks it. Fails with `invalid_request`, `unsupported_media_type`, and as `readBody` does. */
export async function readJson<S extends z.ZodType>(
  c: Context<AppEnv>,
  schema: S,
): Promise<Result<z.output<S>>> {
  const form = formOf(c.req.header("Content-Type"));
  if (!form.ok) return form;
  if (c.req.raw.body === null || declaredLength(c.req.raw) === 0) return empty("send JSON");
  if (form.value !== "json") {
    return fail({
      code: "unsupported_media_type",
      found: "a body whose Content-Type is not JSON",
      instead: "Send application/json.",
    });
  }
  const body = await readBody(c.req.raw, {
    limitBytes: maxJsonBytes,
    wanted: "send JSON",
    claim: c.var.claim,
  });
  if (!body.ok) return body;
  const parsed = parseJsonBody(body.value, []);
  return parsed.ok ? check(schema, parsed.value.value) : parsed;
}
