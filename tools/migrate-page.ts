/** Converts the embeddings on a page of an export from one model to another by the head between them. */

import { applyHead, decodeHead, type HeadFile } from "../model/train/head.ts";
import type { RandomBytes } from "../src/crypto/random.ts";
import { type ExportedFace, readPage, writePage } from "../src/identity/store/export-page.ts";

export interface MigratedPage {
  /** Page to import; null when no face on it is of the old model. */
  readonly text: string | null;
  readonly lifted: number;
  /** Faces that are of the new model already. */
  readonly passed: number;
}

/**
 * Converts one page. Throws when the page does not open, was cut off, or holds a face of a third model, so that no
 * face is left out silently.
 *
 * @param text one page, sealed with `key`, as is the result
 */
export async function migratePage(
  text: string,
  key: CryptoKey,
  file: HeadFile,
  random: RandomBytes,
): Promise<MigratedPage> {
  const page = await readPage(text, key, null);
  if (!page.ok) throw new Error("reason" in page.failure ? page.failure.reason : page.failure.code);
  if (page.value.end === undefined) throw new Error("the page was cut off");
  const head = decodeHead(file);
  const lift = ({ face, details }: ExportedFace): ExportedFace => {
    const { model, values } = face.embedding;
    if (model !== file.from)
      throw new Error(`${face.subjectId} has a face of ${model}; this head lifts those of ${file.from}`);
    return { face: { ...face, embedding: { model: file.to, values: applyHead(head, values) } }, details };
  };
  const old = page.value.faces.filter(({ face }) => face.embedding.model !== file.to);
  const faces = old.map(lift);
  const { nextCursor } = page.value.end;
  return {
    text: faces.length === 0 ? null : await writePage({ faces, nextCursor }, key, random),
    lifted: faces.length,
    passed: page.value.faces.length - old.length,
  };
}
