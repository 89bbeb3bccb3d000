/** Turns a photo into the video of Chromium's fake camera: YUV4MPEG2, 4:2:0, ITU-R BT.601 in studio range. */
import jpeg from "jpeg-js";

export function stillVideo(photo: Uint8Array): Buffer {
  const { width, height, data } = jpeg.decode(photo, { useTArray: true });
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
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, blue, red]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F20:1 Ip A1:1 C420\n`), frame, frame]);
}
