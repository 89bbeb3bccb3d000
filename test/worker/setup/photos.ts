/** Photos that come with a development dependency, passed to workerd by vitest.config.ts. */
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Photos in base64, by file name. */
    photos: Record<string, string>;
  }
}

/** Two photos of one man, and one of another. */
export const enrolled = photo("franck_01829.jpg");
export const samePerson = photo("franck_04000.jpg");
export const otherPerson = photo("cage.jpg");

function photo(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(inject("photos")[name]), (character) => character.charCodeAt(0));
}

/** Fetches a photo of `test/fixtures/photos/large-photos.ts`, made in Node. */
export async function fetchPhoto(env: object, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const { PHOTOS } = env as { readonly PHOTOS: { fetch(url: string): Promise<Response> } };
  return new Uint8Array(await (await PHOTOS.fetch(`http://photos/${name}`)).arrayBuffer());
}
