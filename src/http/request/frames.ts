/**
 * Frames of a liveness session: photos in their order, each JPEG, as `frame` repeated in `multipart/form-data` or as
 * the list `frames` in JSON. A frame is a view of the body: it is never copied.
 */
import type { Context } from "hono";
import type * as z from "zod";
import { fail, ok, type Result } from "../../errors.ts";
import { framesAsked } from "../../face/liveness/challenge.ts";
import { sniff } from "../../image/sniff.ts";
import type { AppEnv } from "../app-env.ts";
import { readBody } from "./body/body.ts";
import { formOf } from "./body/body-form.ts";
import { check, invalid, unknownField } from "./input.ts";
import { parseJsonBody } from "./parsing/json-body.ts";
import { parseMultipart } from "./parsing/multipart.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Longest frame, bytes: a JPEG of 3 megapixels has about one million. */
export const maxFrameBytes = 2 * 1024 * 1024;
/** Longest text of an option, bytes. */
const maxOptionBytes = 8 * 1024;

export interface SentFrames<Options extends z.ZodObject> {
  /** `framesAsked` photos. */
  readonly frames: readonly Bytes[];
  readonly options: z.output<Options>;
}

/**
 * Reads frames and options. Fails with `invalid_request` for another number of frames, with `body_too_large` for a frame
 * beyond `maxFrameBytes`, with `unsupported_media_type` for one that is no JPEG, and as `readBody` does.
 */
export async function readFrames<Options extends z.ZodObject>(
  c: Context<AppEnv>,
  limitBytes: number,
  options: Options,
): Promise<Result<SentFrames<Options>>> {
  const contentType = c.req.header("Content-Type") ?? "";
  const form = formOf(contentType);
  if (!form.ok) return form;
  if (form.value === "other") {
    return fail({
      code: "unsupported_media_type",
      found: "a body that is neither a form nor JSON",
      instead: 'Send multipart/form-data with "frame" repeated, or application/json with "frames".',
    });
  }
  const { claim, stopwatch } = c.var;
  const wanted = "send the frames of the challenge";
  const body = await stopwatch.time("read", () => readBody(c.req.raw, { limitBytes, claim, wanted }));
  if (!body.ok) return body;
  const read =
    form.value === "json" ? fromJson(body.value, options) : fromForm(body.value, contentType, options);
  if (!read.ok) return read;
  const fit = checkFrames(read.value.frames);
  return fit.ok ? read : fit;
}

function fromForm<Options extends z.ZodObject>(
  body: Bytes,
  contentType: string,
  options: Options,
): Result<SentFrames<Options>> {
  const parts = parseMultipart(body, contentType);
  if (!parts.ok) return parts;
  const frames: Bytes[] = [];
  const given: Record<string, string> = {};
  for (const { name, bytes } of parts.value) {
    if (name === "frame") {
      frames.push(bytes);
      continue;
    }
    if (!Object.hasOwn(options.shape, name)) return fail(unknownField(name));
    if (Object.hasOwn(given, name)) return fail(invalid(name, "is given more than once"));
    if (bytes.length > maxOptionBytes) return fail(invalid(name, "must be text, not a file"));
    given[name] = new TextDecoder().decode(bytes);
  }
  const checked = check(options, given);
  return checked.ok ? ok({ frames, options: checked.value }) : checked;
}

function fromJson<Options extends z.ZodObject>(body: Bytes, options: Options): Result<SentFrames<Options>> {
  const parsed = parseJsonBody(body, [], ["frames"]);
  if (!parsed.ok) return parsed;
  const { value, binaries } = parsed.value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return fail({ code: "invalid_request", reason: "The body must be a JSON object." });
  }
  const { frames: listed, ...given } = value as Record<string, unknown>;
  if (!Array.isArray(listed) || !listed.every((each) => each === "")) {
    return fail(invalid("frames", "must be a list of strings of base64"));
  }
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(options.shape, name));
  if (unknown !== undefined) return fail(unknownField(unknown));
  const present = Object.fromEntries(Object.entries(given).filter(([, each]) => each !== null));
  const checked = check(options, present);
  if (!checked.ok) return checked;
  // A string of the list that was not taken out is empty, and so has no bytes.
  const frames = listed.map((_, k) => binaries.get(`frames.${k}`) ?? new Uint8Array(0));
  return ok({ frames, options: checked.value });
}

function checkFrames(frames: readonly Bytes[]): Result<void> {
  if (frames.length !== framesAsked) {
    return fail(invalid("frame", `must be given ${framesAsked} times, and is given ${frames.length} times`));
  }
  for (const [k, bytes] of frames.entries()) {
    const field = `frame ${k + 1}`;
    if (bytes.length === 0) return fail(invalid(field, "is empty"));
    if (bytes.length > maxFrameBytes) {
      return fail({ code: "body_too_large", limit: maxFrameBytes, actual: bytes.length, field });
    }
    const sniffed = sniff(bytes);
    if (!("format" in sniffed && sniffed.format === "jpeg")) {
      const found = "format" in sniffed ? `a ${sniffed.format} image` : sniffed.found;
      return fail({ code: "unsupported_media_type", found, instead: "Send a JPEG.", field });
    }
  }
  return ok(undefined);
}
