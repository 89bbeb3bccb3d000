/** Calls whose answer is JSON, and paths with names of the caller's in them. */
import { SamefaceError } from "./error.ts";
import type { Call, Exchange, UploadOptions } from "./exchange.ts";

export type CallJson = <Answer>(call: Call, options: UploadOptions | undefined) => Promise<Answer>;

export function createCallJson(exchange: Exchange): CallJson {
  return async <Answer>(call: Call, options: UploadOptions = {}) => {
    const { status, text } = await exchange(call, options);
    try {
      return JSON.parse(text) as Answer;
    } catch (cause) {
      // A captive portal answers everything with 200 and a page of its own.
      throw new SamefaceError("bad_answer", "This was not sameface: the answer is not JSON.", {
        status,
        cause,
      });
    }
  };
}

/** A path whose parameters are written with percent signs: path`/v1/subjects/${subjectId}`. */
export function path(parts: TemplateStringsArray, ...names: string[]): string {
  return parts.map((part, i) => part + (i < names.length ? encodeURIComponent(names[i]) : "")).join("");
}

interface Page {
  readonly next_cursor: string | null;
}

/** Page after page, item by item. */
export async function* everyItem<P extends Page, Item>(
  readPage: (cursor: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    yield* itemsOf(page);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
