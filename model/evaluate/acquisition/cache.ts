/**
 * Cache of embeddings between runs, so that an interrupted evaluation continues where it stopped.
 *
 * Each fingerprint of the pipeline has one file, and each image one JSON line: `[sha256 of its bytes, embedding and
 * quality, or failure]`, appended as results come. Embeddings are as private as the photos: the folder is
 * git-ignored.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Quality } from "../../../src/face/quality/quality.ts";

/** An embedding and the face's quality, or the code of the failure to acquire them. */
export type Acquisition =
  | { readonly embedding: Float32Array; readonly quality: Quality }
  | { readonly failure: string };

export interface EmbeddingCache {
  /** @param imageHash SHA-256 of the photo's bytes, hex */
  get(imageHash: string): Acquisition | undefined;
  put(imageHash: string, acquisition: Acquisition): void;
}

export function openCache(folder: string, fingerprint: string): EmbeddingCache {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fingerprint}.jsonl`);
  const known = new Map<string, Acquisition>();
  if (existsSync(file)) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const entry = parseLine(line);
      if (entry !== null) known.set(entry.imageHash, entry.acquisition);
    }
  }
  return {
    get: (imageHash) => known.get(imageHash),
    put(imageHash, acquisition) {
      known.set(imageHash, acquisition);
      const value =
        "failure" in acquisition
          ? acquisition
          : { embedding: encode(acquisition.embedding), quality: acquisition.quality };
      // Each entry starts with a line break, so that a line cut off by a crash spoils only itself.
      appendFileSync(file, `\n${JSON.stringify([imageHash, value])}`);
    },
  };
}

/** Form of an entry in the file; an embedding is base64, which is shorter than decimals, and exact. */
type KeptAcquisition =
  | { readonly embedding: string; readonly quality: Quality }
  | { readonly failure: string };

/** `null` for a line that an interrupted run left unfinished. */
function parseLine(line: string): { imageHash: string; acquisition: Acquisition } | null {
  if (!line.endsWith("]")) return null;
  const [imageHash, value] = JSON.parse(line) as [string, KeptAcquisition];
  const acquisition = "failure" in value ? value : { ...value, embedding: decode(value.embedding) };
  return { imageHash, acquisition };
}

function encode({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function decode(base64: string): Float32Array {
  // Copied because a Buffer's memory need not be aligned to four bytes.
  return new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
}
