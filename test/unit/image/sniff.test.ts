import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sniff } from "../../../src/image/sniff.ts";
import { ascii, concat } from "../../fixtures/photos/images.ts";

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
    ["a GIF image", ascii("GIF87a\x01\0")],
    ["a BMP image", ascii("BM\x36\0\0\0\0\0\0\0")],
    ["a TIFF or raw camera image", ascii("II*\0\x08\0\0\0")],
    ["a TIFF or raw camera image", ascii("MM\0*\0\0\0\x08")],
    ["a TIFF image", ascii("II+\0\x08\0\0\0")],
    ["a TIFF image", ascii("MM\0+\0\x08\0\0")],
    ["a JPEG 2000 image", [0xff, 0x4f, 0xff, 0x51]],
    ["a Photoshop document", ascii("8BPS\0\x01")],
    ["an icon file", ascii("\0\0\x01\0\x01\0")],
    ["a ZIP archive", ascii("PK\x03\x04")],
    ["a Matroska or WebM video", ascii("\x1a\x45\xdf\xa3")],
    ["a JPEG XL image", [0xff, 0x0a, 0x10]],
    ["a JPEG XL image", ascii("\0\0\0\x0cJXL \r\n\x87\n")],
    ["a JPEG 2000 image", ascii("\0\0\0\x0cjP  \r\n\x87\n")],
    ["a PDF document", ascii("%PDF-1.7")],
    ["an SVG, XML or HTML document", ascii("<svg xmlns=''/>")],
    ["an SVG, XML or HTML document", ascii("\xef\xbb\xbf \n<?xml")],
    ["a RIFF file (audio or video)", ascii("RIFF\x10\0\0\0WAVE")],
    ["text", ascii("hello, this is not a photo")],
    ["text", ascii("BM, a text that only begins as a bitmap does")],
    ["text", ascii("x")],
    ["text", ascii("caf\xe9, in bytes that are no control characters")],
    ["an SVG, XML or HTML document", ascii(" \n\t<html>")],
    ["no image format known here", ascii("\xe9t\xe9")],
    ["no image format known here", ascii("text\0with a zero")],
    ["a RIFF file (audio or video)", ascii("RIFF WEBP")],
    ["no image format known here", [1, 2, 3, 4]],
    ["an empty file", []],
  ])("%s", (found, bytes) => {
    expect(sniff(Uint8Array.from(bytes))).toEqual({ found });
  });

  it("looks at the first 64 bytes alone", () => {
    const text = ascii("a".repeat(63));
    expect(sniff(Uint8Array.from([...text, 0]))).toEqual({ found: "no image format known here" });
    expect(sniff(Uint8Array.from([...text, 97, 0]))).toEqual({ found: "text" });
    const brands = (count: number) => ftyp("mif1", ...new Array(count).fill("miaf"), "avif");
    expect(sniff(brands(11))).toEqual({ format: "avif" });
    expect(sniff(brands(12))).toEqual({ found: "a HEIC or HEIF photo" });
  });

  it("counts the brands of the first box alone", () => {
    const box = ftyp("mif1", "miaf");
    expect(sniff(concat([box, ascii("avif")]))).toEqual({ found: "a HEIC or HEIF photo" });
    expect(sniff(concat([box.with(3, 24), ascii("avif")]))).toEqual({ format: "avif" });
    expect(sniff(concat([box.with(3, 23), ascii("avif")]))).toEqual({ found: "a HEIC or HEIF photo" });
    expect(sniff(concat([box.with(2, 1).with(3, 0), ascii("avif")]))).toEqual({ format: "avif" });
    expect(sniff(concat([box.with(2, 1).with(3, 8), ascii("avif")]))).toEqual({ format: "avif" });
  });

  it("does not take the version of a box for a brand", () => {
    const box = ftyp("mif1", "miaf");
    box.set(ascii("avif"), 12);
    expect(sniff(box)).toEqual({ found: "a HEIC or HEIF photo" });
  });

  it.each(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"])(
    "a file of the brand %s is a HEIC or HEIF photo, be it the first or a later one",
    (brand) => {
      expect(sniff(ftyp(brand))).toEqual({ found: "a HEIC or HEIF photo" });
      expect(sniff(ftyp("isom", brand))).toEqual({ found: "a HEIC or HEIF photo" });
    },
  );

  it("answers for any bytes at all", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const sniffed = sniff(bytes);
        expect("format" in sniffed || sniffed.found.length > 0).toBe(true);
      }),
    );
  });
});
