/**
 * The environment, parsed once. Every limit and default of the service is here, with its unit.
 *
 *   SAMEFACE_ENV             development | production (default)
 *   SAMEFACE_API_KEY         secret; without it every call is refused
 *   SAMEFACE_MAX_BODY_BYTES  default 10 MiB
 */
import * as z from "zod";

const mebibyte = 1024 * 1024;

export interface Config {
  readonly environment: "development" | "production";
  /** Undefined means that no key was set: nobody gets in. */
  readonly apiKey: string | undefined;
  /**
   * Of a whole request body, however it is dressed. A body is held about three times while a form or
   * JSON is taken apart, and an isolate has 128 MB for that, the models and the decoded photo.
   */
  readonly maxBodyBytes: number;
  /** The false match rate of requests that name none: NIST SP 800-63B-4's limit for 1:1. */
  readonly defaultMaxFmr: number;
  /** Subjects on one page of a listing. */
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
}

/** An empty variable is one that is not set. */
function unlessEmpty<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema);
}

const environmentSchema = z.object({
  SAMEFACE_ENV: unlessEmpty(z.enum(["development", "production"]).default("production")),
  SAMEFACE_API_KEY: unlessEmpty(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be visible ASCII without spaces, to fit a header")
      .optional(),
  ),
  SAMEFACE_MAX_BODY_BYTES: unlessEmpty(
    z.coerce
      .number()
      .int()
      .min(1024)
      .max(64 * mebibyte)
      .default(10 * mebibyte),
  ),
});

/** Throws when a variable cannot be used, naming the variable and never its value. */
export function parseConfig(env: unknown): Config {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The environment cannot be used. ${faults.join("; ")}`);
  }
  return {
    environment: parsed.data.SAMEFACE_ENV,
    apiKey: parsed.data.SAMEFACE_API_KEY,
    maxBodyBytes: parsed.data.SAMEFACE_MAX_BODY_BYTES,
    defaultMaxFmr: 1e-4,
    defaultPageSize: 100,
    maxPageSize: 1000,
  };
}
