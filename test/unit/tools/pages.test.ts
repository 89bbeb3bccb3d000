/** Pages of an export that lie one after the other in one text. */
import { describe, expect, it } from "vitest";
import { facesOn, pagesOf } from "../../../tools/pages.ts";

const first = '{"sameface_export":1,"page":"a"}\n"one"\n"two"\n{"sealed_end":"e"}\n';
const second = '{"sameface_export":1,"page":"b"}\n"three"\n{"sealed_end":"e"}\n';

async function* inPartsOf(length: number, text: string) {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function read(text: AsyncIterable<string>): Promise<string[]> {
  const pages: string[] = [];
  for await (const page of pagesOf(text)) pages.push(page);
  return pages;
}

describe("the pages of an export", () => {
  it.each([1, 2, 7, first.length - 1, first.length, first.length + 1, 1000])(
    "come whole, one by one, from a text that is read %i characters at a time",
    async (length) => {
      const pages = await read(inPartsOf(length, first + second));
      expect(pages).toEqual([first, second]);
      expect(pages.map(facesOn)).toEqual([2, 1]);
    },
  );

  it("that were cut off come as far as they go", async () => {
    expect(await read(inPartsOf(9, first + second.slice(0, 40)))).toEqual([first, second.slice(0, 40)]);
  });

  it("of an empty text are one empty page, which the service refuses", async () => {
    expect(await read(inPartsOf(1, ""))).toEqual([""]);
  });
});
