/** A small JSON body, checked. */
import type { Context } from "hono";
import type * as z from "zod";
import { fail, type Result } from "../errors.ts";
import { readBody } from "./body.ts";
import type { AppEnv } from "./deps.ts";
import { check } from "./input.ts";
import { parseJson } from "./parse.ts";

/** Of a request without photos. */
const maxJsonBytes = 16 * 1024;

/** Fails with `invalid_request`, `image_too_large` or `unsupported_media_type`. */
export async function readJson<S extends z.ZodType>(
  c: Context<AppEnv>,
  schema: S,
): Promise<Result<z.output<S>>> {
  const essence = (c.req.header("Content-Type") ?? "").split(";", 1)[0].trim().toLowerCase();
  if (essence !== "application/json") {
    return fail({
      code: "unsupported_media_type",
      found: "a body that is not called JSON",
      instead: "Send application/json.",
    });
  }
  const body = await readBody(c.req.raw, maxJsonBytes);
  if (!body.ok) return body;
  const value = parseJson(body.value);
  return value.ok ? check(schema, value.value) : value;
}
