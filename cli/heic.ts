/** Converts HEIC, as iPhones store photos, to JPEG: the service takes no HEIC. */
import { heicPhoto, sniff } from "../src/image/sniff.ts";

const converter = "heic-convert";
/** High enough that the conversion costs no recognition. */
const jpegQuality = 0.92;

type Convert = (options: { buffer: Uint8Array; format: "JPEG"; quality: number }) => Promise<ArrayBuffer>;

export function isHeic(bytes: Uint8Array): boolean {
  const sniffed = sniff(bytes);
  return "found" in sniffed && sniffed.found === heicPhoto;
}

/**
 * Converts the photo by the package heic-convert, which turns it upright. Fails with a sentence where that package is not
 * installed, or cannot read the photo.
 */
export async function convertHeic(bytes: Uint8Array): Promise<Buffer<ArrayBuffer>> {
  let convert: Convert;
  try {
    ({ default: convert } = (await import(converter)) as { default: Convert });
  } catch {
    throw new Error(`A HEIC photo needs the package ${converter}: npm install ${converter}.`);
  }
  try {
    return Buffer.from(await convert({ buffer: bytes, format: "JPEG", quality: jpegQuality }));
  } catch {
    throw new Error("The HEIC photo cannot be read.");
  }
}
