import { SourceMap } from "node:module";
import { expect, it } from "vitest";
import { mapStack } from "../../../tools/stack.ts";

/** Columns 1 to 4 of the bundle's only line map to `app.ts`, 1:1; later ones to its second line, third column. */
const map = new SourceMap({
  version: 3,
  file: "index.js",
  sources: ["app.ts"],
  sourcesContent: [],
  names: [],
  mappings: "AAAA,IACE",
  sourceRoot: "",
});

it.each([
  ["a deployed script's", "    at find (index.js:1:5)", "    at find (src/app.ts:2:3)"],
  ["one in a folder", "    at find (file:///tmp/dev-1/index.js:1:5)", "    at find (src/app.ts:2:3)"],
  ["a nameless function's", "    at async index.js:1:1", "    at async src/app.ts:1:1"],
  ["one in a line of JSON", '"Error: x\\n    at index.js:1:1"', '"Error: x\n    at src/app.ts:1:1"'],
  ["another file's, as it is", "    at find (other.js:1:5)", "    at find (other.js:1:5)"],
])("a place in a stack becomes one in the sources: %s", (_, stack, expected) => {
  expect(mapStack(stack, map, (source) => `src/${source}`)).toBe(expected);
});
