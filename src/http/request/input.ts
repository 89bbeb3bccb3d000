/** Checks paths, queries and JSON against their schemas; what does not fit is `invalid_request`. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type * as z from "zod";
import { type Failure, fail, ok, type Result } from "../../errors.ts";
import type { FaceId, SubjectId } from "../../identity/ids.ts";
import { refuse } from "../answer.ts";
import type { AppEnv } from "../app-env.ts";
import { faceIdSchema, subjectIdSchema } from "../schemas/requests.ts";

/** Checks a value. Fails with `invalid_request`, which names the first thing wrong and never repeats what was sent. */
export function check<S extends z.ZodType>(schema: S, value: unknown, field?: string): Result<z.output<S>> {
  const parsed = schema.safeParse(value, { error: plainWords });
  return parsed.success ? ok(parsed.data) : fail(describe(parsed.error, field));
}

export function subjectIdOf(c: Context<AppEnv>): Result<SubjectId> {
  return check(subjectIdSchema, c.req.param("subject_id"), "subject_id") as Result<SubjectId>;
}

export function faceIdOf(c: Context<AppEnv>): Result<FaceId> {
  return check(faceIdSchema, c.req.param("face_id"), "face_id") as Result<FaceId>;
}

/** Checks the query. Refuses a parameter that the schema does not name, and one that is given twice. */
export function checkQuery<S extends z.ZodObject>(c: Context<AppEnv>, schema: S): Result<z.output<S>> {
  const given: Record<string, string> = {};
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (!Object.hasOwn(schema.shape, name)) return fail(unknownField(name));
    if (values.length > 1) return fail(invalid(name, "is given more than once"));
    given[name] = values[0];
  }
  return check(schema, given);
}

/** Refuses every parameter of a query, for a route that has none. */
export function requireNoQuery() {
  return createMiddleware<AppEnv>(async function requireNoQuery(c, next) {
    const [unknown] = Object.keys(c.req.queries());
    return unknown === undefined ? next() : refuse(c, unknownField(unknown));
  });
}

export function invalid(field: string, fault: string): Failure {
  return { code: "invalid_request", field, reason: `"${field}" ${fault}.` };
}

/** Describes a fault for which the schema has no message of its own. */
const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return "is missing";
  switch (issue.code) {
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_type":
      return issue.expected === "int" ? "must be a whole number" : `must be of type ${issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.join(" or ")}`;
    default:
      return undefined;
  }
};

function describe({ issues }: z.ZodError, field: string | undefined): Failure {
  // Another fault goes before an unknown field: beside a missing field, it is most often that one misspelt.
  const first = issues.find(({ code }) => code !== "unrecognized_keys") ?? issues[0];
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys")?.keys ?? [];
  if (first.code === "unrecognized_keys") return unknownField(unknown[0]);
  const name = field ?? first.path.join(".");
  if (name === "") return { code: "invalid_request", reason: "The body must be a JSON object." };
  return invalid(name, first.message);
}

/** Refuses a field that the request does not have. Its name is repeated only when it looks like a name. */
export function unknownField(name: string): Failure {
  return /^[\w.-]{1,64}$/.test(name)
    ? invalid(name, "is not a field of this request")
    : { code: "invalid_request", reason: "There is a field that this request does not have." };
}
