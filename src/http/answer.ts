/** Answers of the app: JSON with the request's id in it. Failures have the wire form of `errors.ts`. */
import type { Context } from "hono";
import { type Failure, internalWire, toWire, type WireFailure } from "../errors.ts";
import type { AppEnv } from "./app-env.ts";

export function answer<T extends object>(c: Context<AppEnv>, status: 200 | 201, body: T): Response {
  return c.json({ ...body, request_id: c.var.requestId }, status);
}

export function refuse(c: Context<AppEnv>, failure: Failure): Response {
  c.set("refusal", { code: failure.code, ...reasonOf(failure) });
  return write(c, toWire(failure));
}

function reasonOf(failure: Failure): { reason?: string } {
  if ("reason" in failure) return { reason: failure.reason };
  return "reasons" in failure ? { reason: failure.reasons.join(", ") } : {};
}

/** Answers a bug; only the log tells which. */
export function refuseInternal(c: Context<AppEnv>): Response {
  c.set("refusal", { code: internalWire.code });
  return write(c, internalWire);
}

function write(c: Context<AppEnv>, { status, code, message, details, headers }: WireFailure): Response {
  const error = { code, message, ...(details === undefined ? {} : { details }) };
  return c.json({ error, request_id: c.var.requestId }, status, headers);
}
