/**
 * Files that the soak sends: small photos of a few people, photos in other formats, large ones, and files that are no
 * photos.
 */
import jpegJs from "jpeg-js";
import { readMedia } from "../fixtures/data.ts";
import { ascii, concat, encodeJpeg, fillJpeg, flatJpeg } from "../fixtures/photos/images.ts";
import { largePhoto } from "../fixtures/photos/large-photos.ts";
import { pngChunk } from "../fixtures/photos/png.ts";

export type Photos = Awaited<ReturnType<typeof makePhotos>>;

/** Makes photos of some 0.1 MP: half the samples' sides, at which all of them meet the limits of enrolment. */
export async function makePhotos() {
  const largest = await largePhoto("jpeg-12mp");
  return {
    /** Two photos of one man. */
    franck: shrink(readMedia("franck_01829.jpg")),
    franckAgain: shrink(readMedia("franck_04000.jpg")),
    /** Two other people. */
    cage: shrink(readMedia("cage.jpg")),
    audrey: shrink(readMedia("audrey.jpg")),
    /** Photos of the first man. */
    png: await largePhoto("small-png-320"),
    webp: await largePhoto("small-webp-320"),
    avif: await largePhoto("small-avif-320"),
    megapixels12: largest,
    /** The same photo with comments that fill it to the limit of a body, and to that of base64. */
    tenMegabytes: fillJpeg(largest, 10_000_000),
    tenMegabytesInBase64: fillJpeg(largest, 7_500_000),
    overLimit: fillJpeg(largest, 11_000_000),
    noFace: flatJpeg(640, 480),
    jpegOfManyScans: flatJpeg(640, 480, 120),
    jpegOfManyPixels: flatJpegHead(60_000, 60_000),
    pngOfManyPixels: pngHead(40_000, 40_000),
  };
}

/** Averages 2 x 2 pixels. */
function shrink(file: Uint8Array): Uint8Array {
  const { width, height, data } = jpegJs.decode(file, { useTArray: true });
  const [toWidth, toHeight] = [width >> 1, height >> 1];
  const out = new Uint8Array(toWidth * toHeight * 4);
  for (let y = 0, to = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      for (let channel = 0; channel < 4; channel++, to++) {
        const at = (2 * y * width + 2 * x) * 4 + channel;
        const below = at + width * 4;
        out[to] = (data[at] + data[at + 4] + data[below] + data[below + 4]) / 4;
      }
    }
  }
  return encodeJpeg({ width: toWidth, height: toHeight, data: out }, 90);
}

/** Makes a JPEG whose header claims many pixels, and which has hardly any. */
function flatJpegHead(width: number, height: number): Uint8Array {
  const jpeg = flatJpeg(64, 64).slice();
  const sof = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  jpeg.set([height >> 8, height & 255, width >> 8, width & 255], sof + 5);
  return jpeg;
}

function pngHead(width: number, height: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, height);
  for (const [at, byte] of [8, 2, 0, 0, 0].entries()) head.setUint8(8 + at, byte);
  return concat([
    [0x89, ...ascii("PNG\r\n\x1a\n")],
    pngChunk("IHDR", new Uint8Array(head.buffer)),
    pngChunk("IDAT", new Uint8Array(64)),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}
