/** Turns pictures into the video of Chromium's fake camera: YUV4MPEG2, 4:2:0, ITU-R BT.601 in studio range. */
import jpeg from "jpeg-js";

/** A picture as RGBA, row-major. */
export interface VideoFrame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export function stillVideo(photo: Uint8Array): Buffer {
  const frame = jpeg.decode(photo, { useTArray: true });
  return videoOf([frame, frame], 20);
}

/** @param frames of one size; the same frame may come again and again */
export function videoOf(frames: readonly VideoFrame[], framesPerSecond: number): Buffer {
  const [{ width, height }] = frames;
  const written = new Map<VideoFrame, Buffer>();
  const parts = frames.map((frame) => {
    const part = written.get(frame) ?? writeFrame(frame);
    written.set(frame, part);
    return part;
  });
  const header = `YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420\n`;
  return Buffer.concat([Buffer.from(header), ...parts]);
}

function writeFrame({ width, height, data }: VideoFrame): Buffer {
  const luma = Buffer.alloc(width * height);
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const blue = Buffer.alloc(halfWidth * halfHeight);
  const red = Buffer.alloc(halfWidth * halfHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = data.subarray(4 * (y * width + x));
      luma[y * width + x] = 16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256;
      if (x % 2 === 1 || y % 2 === 1) continue;
      const chroma = (y / 2) * halfWidth + x / 2;
      blue[chroma] = 128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256;
      red[chroma] = 128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256;
    }
  }
  return Buffer.concat([Buffer.from("FRAME\n"), luma, blue, red]);
}
