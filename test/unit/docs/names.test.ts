/** Every name of the API in the documentation exists: settings, options and their values, fields, codes, routes. */
import { type Schema, Validator } from "@cfworker/json-schema";
import { describe, expect, it, test } from "vitest";
import type * as z from "zod";
import { englishWords } from "../../../browser/capture/words.ts";
import { buildDocument } from "../../../openapi/document.ts";
import { failureCodes } from "../../../openapi/failures.ts";
import { settingsChangeSchema } from "../../../src/http/schemas/administration.ts";
import { identificationOptionsSchema } from "../../../src/http/schemas/identification.ts";
import {
  decisionOptionsSchema,
  enrolmentOptionsSchema,
  verificationOptionsSchema,
} from "../../../src/http/schemas/requests.ts";
import { scopes } from "../../../src/identity/scopes.ts";
import { stages } from "../../../src/stopwatch.ts";
import {
  blocksOf,
  type CurlCall,
  curlCallsOf,
  modelPages,
  pages,
  read,
  rowsOf,
  spansOf,
} from "../../fixtures/documentation.ts";

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

const api = buildDocument();
const operations = Object.entries(api.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    operation,
  })),
);

const optionSchemas: readonly z.ZodObject[] = [
  enrolmentOptionsSchema,
  verificationOptionsSchema,
  decisionOptionsSchema,
  identificationOptionsSchema,
];
const optionNames = new Set(optionSchemas.flatMap(({ shape }) => Object.keys(shape)));

/** Names of fields and parameters, and their allowed words, in a part of the document. */
function namesIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => {
    if (key === "example" || key === "examples") return [];
    const own =
      key === "properties" || key === "securitySchemes"
        ? Object.keys(value as object)
        : key === "enum"
          ? (value as unknown[]).map(String)
          : key === "name" || key === "const"
            ? [String(value)]
            : [];
    return [...own, ...namesIn(value)];
  });
}

/** Names of `<sameface-capture>` and the engine for pages: texts, attributes, details of events, methods, options. */
const pageNames = [
  ...Object.keys(englishWords),
  ...["assets", "facing", "user", "environment", "encoder", "voice", "photo", "sight", "encoding", "code"],
  ...["words", "look", "measure", "encode"],
];
const clientCodes = ["network", "timeout", "bad_answer"];
/** Fields of a log line; docs-observability.test.ts compares them with the code. */
const logged = [
  ...["level", "event", "request_id", "method", "route", "status", "code", "reason", "tenant", "outcome"],
  ...["total_ms", "waited_ms", "budget_used_bytes", "stages_ms"],
];
/**
 * Words of commands, files, JSON, JWT (RFC 7519), HTTP headers and JavaScript; values of `details.found`; a person.
 */
const others = [
  ...[
    "curl",
    "unlock",
    "on",
    "sameface",
    "analytics_engine_datasets",
    "true",
    "typ",
    "jti",
    "nosniff",
    "fetch",
  ],
  ...["f", "text", "alice"],
];

const vocabulary = new Set([
  ...namesIn(api),
  ...failureCodes,
  ...clientCodes,
  ...pageNames,
  ...scopes,
  ...stages,
  ...logged,
  ...others,
]);

const isColumn = (word: string) => /^(?:index1|(?:blob|double)\d+)$/.test(word);

function isAccepted(schemas: readonly z.ZodObject[], name: string, value: unknown): boolean {
  return schemas.some((schema) => {
    const field = schema.shape[name] as z.ZodType | undefined;
    return field?.safeParse(value).success ?? false;
  });
}

/** Returns the name in a span in backticks that does not exist; undefined when it exists or is no name of the API. */
function faultOf(span: string): string | undefined {
  const unknown = (words: readonly string[]) =>
    words.find((word) => !vocabulary.has(word) && !isColumn(word));
  const path = /^(?:details|face)((?:\.[a-z_]+)+)$/.exec(span)?.[1];
  if (path !== undefined) return unknown(path.slice(1).split("."));
  if (/^[a-z][a-z0-9_]*$/.test(span)) return unknown([span]);
  const option = /^([a-z_]+)=(.+)$/.exec(span);
  if (option !== null) return isAccepted(optionSchemas, option[1], option[2]) ? undefined : span;
  const setting = /^([a-z_]+): (\w+)$/.exec(span);
  if (setting === null || !Object.hasOwn(settingsChangeSchema.shape, setting[1])) return undefined;
  return isAccepted([settingsChangeSchema], setting[1], setting[2]) ? undefined : span;
}

/** Returns routes that a text names with their method, or in braces, and that do not exist. */
function missingRoutesOf(text: string): string[] {
  const named = [...text.matchAll(/`(GET|POST|PATCH|DELETE) (?:…)?(\/[^\s`?]*)[^`]*`/g)];
  return named
    .filter(([span, method, path]) => {
      const shortened = span.includes("…");
      return !operations.some(
        (route) => route.method === method && (shortened ? route.path.endsWith(path) : route.path === path),
      );
    })
    .map(([span]) => span);
}

function operationOf({ method, path }: CurlCall): Operation | undefined {
  const pattern = (template: string) =>
    new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
  return operations.find((route) => route.method === method && pattern(route.path).test(path))?.operation;
}

/** Returns the parts of a call that the document does not have. */
function faultsOfCall(call: CurlCall): string[] {
  const operation = operationOf(call);
  if (operation === undefined) return [`${call.method} ${call.path}`];
  const known = (operation.parameters ?? []).filter((each) => each.in === "query").map(({ name }) => name);
  const { content = {} } = operation.requestBody ?? {};
  const fields = namesIn(content["multipart/form-data"]?.schema);
  const schema = content["application/json"]?.schema;
  const faults = [...call.query.filter((name) => !known.includes(name))];
  faults.push(...call.form.filter((name) => !fields.includes(name)));
  if (call.json === undefined) return faults;
  if (schema === undefined) return [...faults, "JSON"];
  const { components } = api as { components?: unknown };
  const { errors } = new Validator({ ...schema, components } as Schema, "2020-12").validate(call.json);
  return [...faults, ...errors.map(({ error }) => error)];
}

const apiPages = pages.filter((page) => !modelPages.includes(page));

describe.each(apiPages)("%s", (page) => {
  const text = read(page);
  const blocks = blocksOf(text);

  it("names nothing in backticks that the API, the log and the client do not have", () => {
    expect(spansOf(text).map(faultOf).filter(Boolean)).toEqual([]);
  });

  it("shows JSON with fields that there are", () => {
    const shown = blocks.filter(({ language }) => language === "json").map(({ code }) => code);
    const names = [...shown, ...spansOf(text)].flatMap((code) =>
      [...code.matchAll(/"(\w+)":/g)].map(([, name]) => name),
    );
    expect(names.filter((name) => !vocabulary.has(name))).toEqual([]);
  });

  it("names routes that there are", () => {
    expect(missingRoutesOf(text)).toEqual([]);
  });

  it("calls them with options and bodies that they take", () => {
    const calls = blocks.filter(({ language }) => language === "sh").flatMap(({ code }) => curlCallsOf(code));
    expect(calls.flatMap(faultsOfCall)).toEqual([]);
  });
});

describe("README.md's table of options", () => {
  const named = rowsOf(read("README.md"), "option", "values").flatMap(([first]) => spansOf(first));

  it("has every option of a request, and no other", () => {
    expect(named.sort()).toEqual([...optionNames].sort());
  });
});

describe("these checks find", () => {
  test.each([
    ["a setting that is not there", "audit_seconds"],
    ["a code that is not there", "image_to_large"],
    ["a field of an answer that is not there", "face.quality.reason_list"],
    ["an option that is not there", "min_fmr=1e-4"],
    ["a value that an option does not take", "quality=strict"],
    ["a value that a setting does not take", "consistency: weak"],
  ])("%s", (_, span) => {
    expect(faultOf(span)).toBeDefined();
    expect(spansOf(`Set \`${span}\` first.`)).toEqual([span]);
  });

  test("a route that is not there, also in short", () => {
    expect(missingRoutesOf("`GET /v1/faces`, `PATCH …/faces/{id}`, `GET /v1/subjects`")).toHaveLength(2);
  });

  test("a query, a form and a body that a route does not take", () => {
    const code = `curl -s 'http://127.0.0.1:8787/v1/subjects?size=5'
      curl -s -F photo=@a.jpg http://127.0.0.1:8787/v1/detect
      curl -X PATCH -d '{"audit_seconds": 3600}' \\
        http://127.0.0.1:8787/v1/settings
      curl -X PATCH -d '{"edge_seconds": 3600}' http://127.0.0.1:8787/v1/settings
      FACE=$(curl -s http://127.0.0.1:8787/v1/subject/$WHO)`;
    const calls = curlCallsOf(code);
    expect(calls).toHaveLength(5);
    for (const call of calls) expect(faultsOfCall(call)).not.toEqual([]);
    const good = `curl -X PATCH -d '{"edge_seconds": 30}' http://127.0.0.1:8787/v1/settings`;
    expect(curlCallsOf(good).flatMap(faultsOfCall)).toEqual([]);
  });
});
