/** Makes a photo smaller before it leaves the browser, and drops everything but the picture. */
import { fields, maybe, rule } from "../check.ts";
import { isBlob } from "./photo.ts";

export interface ShrinkOptions {
  /** Longest side, px; default 1280. A smaller photo keeps its size. */
  readonly maxSidePx?: number;
  /** Quality of the JPEG, 0 to 1; default 0.9. */
  readonly quality?: number;
}

const blob = rule("a Blob or File", (value) => typeof value === "object" && value !== null && isBlob(value));

const shrinkOptions = fields<ShrinkOptions>({
  maxSidePx: maybe(
    rule("a number of pixels, more than 0", (value) => typeof value === "number" && value > 0),
  ),
  quality: maybe(
    rule("a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1),
  ),
});

/**
 * Turns the photo upright, shrinks it and encodes it as JPEG without its EXIF, which may name place and device. Reads
 * every format that the browser can show, and so HEIC in Safari.
 *
 * For browsers only: it needs `createImageBitmap` and a canvas. Rejects with an `Error` when the browser cannot read
 * the photo, and with a `TypeError` for a value that is no `Blob`.
 */
export async function shrinkPhoto(photo: Blob, options: ShrinkOptions = {}): Promise<Blob> {
  blob(photo, "photo");
  shrinkOptions(options, "options");
  const { maxSidePx = 1280, quality = 0.9 } = options;
  const bitmap = await createImageBitmap(photo, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, maxSidePx / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    return await drawJpeg(bitmap, width, height, quality);
  } finally {
    bitmap.close();
  }
}

async function drawJpeg(bitmap: ImageBitmap, width: number, height: number, quality: number): Promise<Blob> {
  if (typeof OffscreenCanvas === "function") {
    const canvas = new OffscreenCanvas(width, height);
    draw(canvas.getContext("2d"), bitmap, width, height);
    return canvas.convertToBlob({ type: "image/jpeg", quality });
  }
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  draw(canvas.getContext("2d"), bitmap, width, height);
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) =>
      blob === null ? reject(new Error("The photo could not be written as JPEG.")) : resolve(blob);
    canvas.toBlob(done, "image/jpeg", quality);
  });
}

type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function draw(context: Context2d | null, bitmap: ImageBitmap, width: number, height: number): void {
  if (context === null) throw new Error("This browser gives no canvas to draw on.");
  // Transparent pixels become white instead of black.
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
}
