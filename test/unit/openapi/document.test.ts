/** The API's document: made from the schemas, up to date, and well-formed by an independent linter. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createConfig, lint } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { buildDocument } from "../../../openapi/document.ts";
import { documentPath, printDocument } from "../../../openapi/main.ts";
import {
  photosToCompare,
  photoToDetect,
  photoToEncode,
  photoToEnrol,
  photoToIdentify,
  photoToVerify,
} from "../../../src/http/request/photo-request.ts";

const document = buildDocument();
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
    name: `${method} ${path}`,
    ...operation,
  })),
);

interface Operation {
  readonly operationId: string;
  readonly parameters?: { name: string; schema: { type?: string } }[];
  readonly requestBody?: Body;
  readonly responses: Record<string, Body>;
}

interface Body {
  readonly content?: Record<string, { example?: unknown; examples?: unknown }>;
}

test("the document in public/ is current: `npm run openapi` writes it", () => {
  expect(readFileSync(documentPath, "utf8")).toBe(printDocument());
});

test("Redocly's strictest rules find nothing in it", async () => {
  const config = await createConfig({
    extends: ["recommended-strict"],
    // Operations that anybody may call have no refusal.
    rules: { "operation-4xx-response": "off" },
  });
  const problems = await lint({ ref: fileURLToPath(documentPath), config });
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0].pointer])).toEqual([]);
});

test("Redocly's rules find what is wrong with another", async () => {
  const ref = fileURLToPath(new URL("../../fixtures/bad-openapi.json", import.meta.url));
  const problems = await lint({ ref, config: await createConfig({ extends: ["recommended-strict"] }) });
  expect(problems.map(({ ruleId }) => ruleId)).toContain("no-invalid-media-type-examples");
});

test("an option that is a number or a yes is that alone, though a query carries it as a text", () => {
  const choices: unknown[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const types = ((part as { anyOf?: { type?: string }[] }).anyOf ?? []).map(({ type }) => type);
    if (types.includes("string") && !types.includes("null")) choices.push(part);
    Object.values(part).forEach(visit);
  };
  for (const { parameters, requestBody } of operations) visit([parameters, requestBody]);
  expect(choices).toEqual([]);
  const verify = operations.find(({ operationId }) => operationId === "verifyFace");
  const types = verify?.parameters?.map(({ name, schema }) => [name, schema.type]);
  expect(types).toContainEqual(["max_fmr", "number"]);
  expect(types).toContainEqual(["receipt", "boolean"]);
});

test.each([
  ["detectFace", photoToDetect],
  ["embedFace", photoToEncode],
  ["enrolFace", photoToEnrol],
  ["verifyFace", photoToVerify],
  ["identifyFace", photoToIdentify],
  ["compareFaces", photosToCompare],
] as const)("%s names each option that its route reads", (id, { options }) => {
  const operation = operations.find(({ operationId }) => operationId === id);
  const named = operation?.parameters?.map(({ name }) => name) ?? [];
  expect(named).toEqual(expect.arrayContaining(Object.keys(options.shape)));
});

test.each(operations)("$name shows an example of every JSON that it takes and gives", (operation) => {
  const succeeded = Object.entries(operation.responses).filter(([status]) => status.startsWith("2"));
  expect(succeeded).toHaveLength(1);
  for (const { content } of [operation.requestBody ?? {}, succeeded[0][1]]) {
    const json = content?.["application/json"];
    if (json !== undefined) expect(json.example ?? json.examples).toBeDefined();
  }
});
