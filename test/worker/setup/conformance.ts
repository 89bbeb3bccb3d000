/** Checks an answer against the API's document: its route, status, media type, body, and the code of an error. */
import { type Schema, Validator } from "@cfworker/json-schema";
import document from "../../../public/openapi.json";

interface Media {
  readonly schema: Schema;
  readonly examples?: Record<string, unknown>;
}

interface Answer {
  readonly $ref?: string;
  readonly content: Record<string, Media>;
}

export interface Operation {
  readonly operationId: string;
  readonly security: readonly Record<string, readonly string[]>[];
  readonly responses: Record<string, Answer>;
}

const paths = document.paths as unknown as Record<string, Record<string, Operation>>;
const sharedAnswers = document.components.responses as unknown as Record<string, Answer>;
/** The document lets answers grow; the schemas here allow only the fields that it names. */
const schemas = closed(document.components.schemas) as Record<string, Schema>;

export const documentedRoutes = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

const validators = new Map<Schema, Validator>();

/** Pages and what they load are for people, not for programs: the document does not contain them. */
export const isPage = (path: string) =>
  path === "/" || path === "/docs" || /^\/(?:docs|demo|browser)\//.test(path);

/** Throws when the document does not describe what the service did. */
export async function expectDocumented(method: string, url: string, response: Response): Promise<void> {
  if (method === "OPTIONS" || method === "HEAD" || isPage(new URL(url).pathname)) return;
  const { status } = response;
  // A slash at the end of a path changes nothing.
  const path = new URL(url).pathname.replace(/(?<=.)\/$/, "");
  const told = `${method} ${path} answered ${status}`;
  const operation = find(method, path);
  if (operation === undefined) return expectNoRoute(told, response);
  const found = operation.responses[status];
  if (found === undefined) throw new Error(`${told}, which is not in the document`);
  const answer = found.$ref === undefined ? found : sharedAnswers[found.$ref.split("/").at(-1)!];
  const type = (response.headers.get("Content-Type") ?? "").split(";")[0];
  const media = answer.content[type];
  if (media === undefined) throw new Error(`${told} with ${type}, which is not in the document`);
  if (!response.headers.has("X-Request-Id")) throw new Error(`${told} without its X-Request-Id`);
  if (!/^application\/(\w[\w-]*\+)?json$/.test(type)) return;
  const body = (await response.clone().json()) as { error?: { code: string } };
  expectValid(told, media.schema, body);
  if (status < 400) return;
  const code = body.error?.code ?? "";
  if (!Object.hasOwn(media.examples ?? {}, code))
    throw new Error(`${told} with ${code}, not in the document`);
}

/** A request that no operation of the document answers is refused, in the same form. */
async function expectNoRoute(told: string, response: Response): Promise<void> {
  const refused = [401, 403, 404, 405, 413, 429, 503].includes(response.status);
  if (!refused) throw new Error(`${told}, and the document has no such route`);
  expectValid(told, { $ref: "#/components/schemas/Error" }, await response.clone().json());
}

function expectValid(told: string, schema: Schema, body: unknown): void {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = new Validator({ ...(closed(schema) as Schema), components: { schemas } }, "2020-12");
    validators.set(schema, validator);
  }
  const { valid, errors } = validator.validate(body);
  const faults = errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
  if (!valid) throw new Error(`${told} with another body than the document's. ${faults.join(" ")}`);
}

const patterns = new Map(documentedRoutes.map((route) => [route, patternOf(route.path)]));

function find(method: string, pathname: string): Operation | undefined {
  return documentedRoutes.find((route) => route.method === method && patterns.get(route)!.test(pathname))
    ?.operation;
}

function patternOf(path: string): RegExp {
  const pattern = path.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${pattern}$`);
}

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, closed(part)]));
  return "properties" in copy && copy.type === "object" ? { additionalProperties: false, ...copy } : copy;
}
