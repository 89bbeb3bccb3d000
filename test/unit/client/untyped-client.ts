/** The client as callers without types use it. */
import { expect } from "vitest";
import { type ClientOptions, Sameface } from "../../../client/index.ts";

/** Placeholder for a photo in base64, a key, a note about a person. */
export const secret = `iVBORw0KGgo${"A".repeat(300)}`;
export const photo = new Uint8Array([1, 2, 3]);

/** Makes a client whose calls take anything, and the list of addresses that they ask. Nothing leaves this process. */
export function startUntyped(options: object = {}) {
  const sent: string[] = [];
  const fetch = async (url: string) => {
    sent.push(url);
    return new Response(`{"match":false,"next_cursor":null}`);
  };
  const client = new Sameface({ url: "http://service", key: "k", fetch, ...options } as ClientOptions);
  // biome-ignore lint/suspicious/noExplicitAny: callers without types pass anything.
  return { sent, client: client as any };
}

export type Client = ReturnType<typeof startUntyped>["client"];

/**
 * Returns the message of the `TypeError` that a call rejects with, after checking that nothing was sent and no secret
 * repeated.
 */
export async function refusalOf(
  call: (client: Client) => Promise<unknown>,
  options?: object,
): Promise<string> {
  const { client, sent } = startUntyped(options);
  // A synchronous throw would end the test here.
  const promise = call(client);
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(sent).toEqual([]);
  expect(error).toBeInstanceOf(TypeError);
  const { message, stack, cause } = error as TypeError;
  expect(`${message} ${stack} ${cause}`).not.toContain(secret.slice(0, 20));
  return message;
}
