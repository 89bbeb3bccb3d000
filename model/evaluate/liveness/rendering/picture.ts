/** Pictures of the renderer: RGB, row-major, 0..255, float32, coordinates with pixel centres at +0.5. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function createPicture(width: number, height: number): Picture {
  return { width, height, data: new Float32Array(3 * width * height) };
}

/** Adds the bilinear sample at (x, y) to `out` at `offset`; beyond its edges the nearest pixel goes on. */
export function sampleInto(picture: Picture, x: number, y: number, out: Float32Array, offset: number): void {
  const { width, height, data } = picture;
  const u = clamped(x - 0.5, width);
  const v = clamped(y - 0.5, height);
  const x0 = Math.min(width - 2, Math.floor(u));
  const y0 = Math.min(height - 2, Math.floor(v));
  const fx = u - x0;
  const fy = v - y0;
  const at = 3 * (y0 * width + x0);
  const below = at + 3 * width;
  for (let channel = 0; channel < 3; channel++) {
    const top = data[at + channel] * (1 - fx) + data[at + 3 + channel] * fx;
    const bottom = data[below + channel] * (1 - fx) + data[below + 3 + channel] * fx;
    out[offset + channel] = top * (1 - fy) + bottom * fy;
  }
}

/** Draws a picture by the place of each of its pixels in another. */
export function drawByInverse(
  source: Picture,
  width: number,
  height: number,
  placeOf: (x: number, y: number) => readonly [number, number],
): Picture {
  const drawn = createPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = placeOf(x + 0.5, y + 0.5);
      sampleInto(source, u, v, drawn.data, 3 * (y * width + x));
    }
  }
  return drawn;
}

function clamped(value: number, size: number): number {
  return Math.max(0, Math.min(size - 1, value));
}
