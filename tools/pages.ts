/** Pages of an export that lie one after the other in one text, as a file of a transfer or of a backup has them. */

/** Place before a page's first line. */
const beforeHead = /^(?=\{"sameface_export")/m;

/**
 * Yields one page after the other and holds one at a time: the text of a large tenant is longer than a string may be.
 * A text without a page is yielded as it is, so that the service refuses it.
 */
export async function* pagesOf(text: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let page = "";
  for await (const part of text) {
    const pages = (page + part).split(beforeHead);
    page = pages.pop() ?? "";
    yield* pages;
  }
  yield page;
}

/** Number of faces on a page. Its first line is the head, and its last one the end. */
export function facesOn(page: string): number {
  return page.trimEnd().split("\n").length - 2;
}
