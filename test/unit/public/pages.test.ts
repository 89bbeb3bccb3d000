/** Contents of the pages in public/. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../../public/", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
  // The engine for pages is built from browser/, and the messages of its libraries name hosts.
  (name) => /\.(html|css|js)$/.test(name) && !name.startsWith("browser/"),
);

test.each(files)("%s names no other host, and has neither inline script nor inline style", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  const addresses = text.match(/(?:https?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'<)]*/gi) ?? [];
  // The namespace of SVG is a name and is not fetched.
  expect(addresses.filter((address) => address !== "http://www.w3.org/2000/svg")).toEqual([]);
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|innerHTML|\beval\(/i);
});
