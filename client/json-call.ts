/** Calls whose answer is JSON, and paths that contain the caller's ids. */
import { id } from "./check.ts";
import { SamefaceError } from "./error.ts";
import type { Call, Exchange } from "./exchange.ts";
import type { UploadOptions } from "./options.ts";

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

/**
 * Writes a path with ids, each checked and percent-encoded. An id is given with its argument's name:
 * path`/v1/subjects/${{ subjectId }}`.
 */
export function path(parts: TemplateStringsArray, ...ids: Readonly<Record<string, string>>[]): string {
  const steps = ids.map((named) => {
    const [[name, value]] = Object.entries(named);
    id(value, name);
    return encodeURIComponent(value);
  });
  return parts.map((part, i) => part + (steps[i] ?? "")).join("");
}

/** Refuses an answer whose `match` is no boolean, so that only `true` is ever a match. */
export function decided<Answer extends { readonly match: boolean }>(answer: Answer): Answer {
  if (typeof answer?.match === "boolean") return answer;
  throw new SamefaceError("bad_answer", "This was not sameface: the answer has no decision.", {
    status: 200,
  });
}

interface Page {
  readonly next_cursor: string | null;
}

/** Yields the items of page after page. */
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
