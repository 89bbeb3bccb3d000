/**
 * The environment, parsed once. Every limit and default of the service is here, with its unit.
 *
 *   SAMEFACE_ENV             development | production (default)
 *   SAMEFACE_API_KEY         secret; without it every call is refused
 *   SAMEFACE_KEK             secret; base64 of 32 random bytes, which wrap the data keys of all faces
 *   SAMEFACE_KEK_PREVIOUS    secret; earlier ones, separated by commas, while they are being replaced
 *   SAMEFACE_DEMO            on | off; the page to try the service on, by default in development alone
 *   SAMEFACE_BROWSER         on | off; the engine for pages with its models, by default in development alone
 *   SAMEFACE_MAX_BODY_BYTES  default 10 MiB, at most 24 MiB
 *   SAMEFACE_CORS_ORIGINS    origins whose pages may call, separated by commas; default none
 */
import * as z from "zod";
import { parseKek } from "./crypto/key-ring.ts";

const mebibyte = 1024 * 1024;

export interface Config {
  readonly environment: "development" | "production";
  /** The deployment's own key; undefined when none is set: every call is refused then. */
  readonly apiKey: string | undefined;
  /**
   * Key-encryption keys, base64; the first one wraps. Empty when none is set, or only the published one outside
   * development: then nothing is stored or read.
   */
  readonly keks: readonly string[];
  /** True when `/` answers with the page for trying the service out. */
  readonly demo: boolean;
  /** True when `/browser` gives the engine for pages, with its models, to anybody. */
  readonly browser: boolean;
  /** Origins exactly as browsers send `Origin`. */
  readonly corsOrigins: readonly string[];
  /**
   * Longest request body, in any form. A body is held once; beside the largest decode and the models an isolate of
   * 128 MB has room for 24 MiB of it.
   */
  readonly maxBodyBytes: number;
  /** Subjects on one page of a listing. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
}

/** Published in .dev.vars.example, so it protects nothing: base64 of "sameface development key, public". */
export const publishedKek = "c2FtZWZhY2UgZGV2ZWxvcG1lbnQga2V5LCBwdWJsaWM=";

/** Treats an empty variable as one that is not set. */
function unlessEmpty<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema);
}

const kekSchema = z
  .string()
  .refine((text) => parseKek(text) !== undefined, "must be base64 of 32 bytes: openssl rand -base64 32");

const originSchema = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must be origins, as https://example.com",
  );

function listOf<T extends z.ZodType<string, string>>(item: T) {
  return z
    .string()
    .default("")
    .transform((text) => (text === "" ? [] : text.split(",").map((part) => part.trim())))
    .pipe(z.array(item));
}

const environmentSchema = z.object({
  SAMEFACE_ENV: unlessEmpty(z.enum(["development", "production"]).default("production")),
  SAMEFACE_DEMO: unlessEmpty(z.enum(["on", "off"]).optional()),
  SAMEFACE_BROWSER: unlessEmpty(z.enum(["on", "off"]).optional()),
  SAMEFACE_API_KEY: unlessEmpty(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be visible ASCII without spaces, to fit a header")
      .optional(),
  ),
  SAMEFACE_KEK: unlessEmpty(kekSchema.optional()),
  SAMEFACE_KEK_PREVIOUS: unlessEmpty(listOf(kekSchema)),
  SAMEFACE_CORS_ORIGINS: unlessEmpty(listOf(originSchema)),
  SAMEFACE_MAX_BODY_BYTES: unlessEmpty(
    z.coerce
      .number()
      .int()
      .min(1024)
      .max(24 * mebibyte)
      .default(10 * mebibyte),
  ),
});

/** Throws for a value that cannot be used; the error names the variable and never its value. */
export function parseConfig(env: unknown): Config {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment cannot be used. ${faults.join("; ")}`);
  }
  const { SAMEFACE_KEK: kek, SAMEFACE_KEK_PREVIOUS: previousKeks } = parsed.data;
  const isOn = (given: "on" | "off" | undefined) =>
    given === undefined ? parsed.data.SAMEFACE_ENV === "development" : given === "on";
  const usable = kek !== undefined && (kek !== publishedKek || parsed.data.SAMEFACE_ENV === "development");
  return {
    keks: usable ? [kek, ...previousKeks] : [],
    demo: isOn(parsed.data.SAMEFACE_DEMO),
    browser: isOn(parsed.data.SAMEFACE_BROWSER),
    corsOrigins: parsed.data.SAMEFACE_CORS_ORIGINS,
    environment: parsed.data.SAMEFACE_ENV,
    apiKey: parsed.data.SAMEFACE_API_KEY,
    maxBodyBytes: parsed.data.SAMEFACE_MAX_BODY_BYTES,
    defaultPageSize: 100,
    maxPageSize: 1000,
  };
}
