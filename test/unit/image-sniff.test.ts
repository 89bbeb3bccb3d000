import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sniff } from "../../src/image/sniff.ts";
import { ascii, concat } from "../fixtures/images.ts";

const ftyp = (major: string, ...compatible: string[]) =>
  concat([
    [0, 0, 0, 16 + 4 * compatible.length],
    ascii(`ftyp${major}`),
    [0, 0, 0, 0],
    ascii(compatible.join("")),
  ]);

describe("sniff names what the bytes are", () => {
  it.each([
    ["jpeg", concat([[0xff, 0xd8, 0xff, 0xe0], ascii("\0\x10JFIF")])],
    ["png", ascii("\x89PNG\r\n\x1a\n")],
    ["webp", ascii("RIFF\x10\0\0\0WEBPVP8 ")],
    ["avif", ftyp("avif", "mif1", "miaf")],
    ["avif", ftyp("mif1", "avif", "miaf")],
  ])("%s", (format, bytes) => {
    expect(sniff(Uint8Array.from(bytes))).toEqual({ format });
  });

  it.each([
    ["a HEIC or HEIF photo", ftyp("heic", "mif1", "heic")],
    ["a HEIC or HEIF photo", ftyp("mif1", "heic")],
    ["an animated AVIF", ftyp("avis", "avif", "msf1")],
    ["an MP4 or QuickTime video", ftyp("qt  ")],
    ["a GIF image", ascii("GIF89a\x01\0")],
    ["a BMP image", ascii("BM\x36\0\0\0\0\0\0\0")],
    ["a TIFF or raw camera image", ascii("II*\0\x08\0\0\0")],
    ["a JPEG XL image", [0xff, 0x0a, 0x10]],
    ["a JPEG XL image", ascii("\0\0\0\x0cJXL \r\n\x87\n")],
    ["a JPEG 2000 image", ascii("\0\0\0\x0cjP  \r\n\x87\n")],
    ["a PDF document", ascii("%PDF-1.7")],
    ["an SVG, XML or HTML document", ascii("<svg xmlns=''/>")],
    ["an SVG, XML or HTML document", ascii("\xef\xbb\xbf \n<?xml")],
    ["a RIFF file (audio or video)", ascii("RIFF\x10\0\0\0WAVE")],
    ["text", ascii("hello, this is not a photo")],
    ["no image format known here", [1, 2, 3, 4]],
    ["an empty file", []],
  ])("%s", (found, bytes) => {
    expect(sniff(Uint8Array.from(bytes))).toEqual({ found });
  });

  it("answers for any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const sniffed = sniff(bytes);
        expect("format" in sniffed || sniffed.found.length > 0).toBe(true);
      }),
    );
  });
});
