/** One camera for every made frame: blur, motion, exposure, white balance and noise, as they differ from frame to frame. */
import { createPicture, type Picture } from "../rendering/picture.ts";
import { between, gaussian, type Random, type Setting } from "./setting.ts";

/** Passes a picture through the session's camera. Returns RGBA bytes. */
export function exposed(random: Random, picture: Picture, { sensor }: Pick<Setting, "sensor">): Uint8Array {
  const { width, height } = picture;
  const direction = 2 * Math.PI * random();
  const length = sensor.shake * random();
  const soft = blurred(picture, sensor.blur, sensor.blur);
  const { data } =
    length < 0.3 ? soft : moved(soft, length * Math.cos(direction), length * Math.sin(direction));
  const gain = between(random, 0.92, 1.08);
  const balance = [between(random, 0.985, 1.015), 1, between(random, 0.985, 1.015)];
  const noise = noiseOf(random, width, height, sensor.noise, sensor.grain);
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[4 * i + channel] = data[3 * i + channel] * gain * balance[channel] + noise.data[3 * i + channel];
    }
    rgba[4 * i + 3] = 255;
  }
  return new Uint8Array(rgba.buffer);
}

/**
 * Draws noise, blurred by `grain` px without losing its deviation: a normal part that is common to the channels, of variance
 * `deviation`^2 / 2, and a uniform part of each channel's own, of `deviation`^2 / 12.
 */
function noiseOf(random: Random, width: number, height: number, deviation: number, grain: number): Picture {
  const drawn = createPicture(width, height);
  for (let i = 0; i < width * height; i++) {
    const common = gaussian(random);
    for (let channel = 0; channel < 3; channel++) {
      drawn.data[3 * i + channel] =
        deviation * Math.SQRT1_2 * (common + 2 * random() * Math.SQRT1_2 - Math.SQRT1_2);
    }
  }
  const soft = blurred(drawn, grain, grain);
  let [before, after] = [0, 0];
  for (let i = 0; i < soft.data.length; i++) {
    before += drawn.data[i] ** 2;
    after += soft.data[i] ** 2;
  }
  const factor = Math.sqrt(before / after);
  for (let i = 0; i < soft.data.length; i++) soft.data[i] *= factor;
  return soft;
}

/** Gaussian blur with these deviations, px. */
function blurred(picture: Picture, across: number, down: number): Picture {
  return pass(pass(picture, across, 3), down, 3 * picture.width);
}

function pass(picture: Picture, deviation: number, step: number): Picture {
  if (deviation < 0.2) return picture;
  const radius = Math.ceil(2.5 * deviation);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * deviation * deviation)),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  for (let k = 0; k < kernel.length; k++) kernel[k] /= total;
  const { width, height, data } = picture;
  const out = createPicture(width, height);
  const [size, lineStep, lines] = step === 3 ? [width, 3 * width, height] : [height, 3, width];
  const padded = new Float64Array(size + 2 * radius);
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const start = line * lineStep + channel;
      for (let k = 0; k < padded.length; k++) {
        padded[k] = data[start + Math.min(size - 1, Math.max(0, k - radius)) * step];
      }
      for (let k = 0; k < size; k++) {
        let sum = 0;
        for (let j = 0; j < kernel.length; j++) sum += kernel[j] * padded[k + j];
        out.data[start + k * step] = sum;
      }
    }
  }
  return out;
}

/** Mean of the picture along a motion of (dx, dy) px. */
function moved(picture: Picture, dx: number, dy: number): Picture {
  const { width, height, data } = picture;
  const out = createPicture(width, height);
  const steps = 5;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x);
      for (let k = 0; k < steps; k++) {
        const share = k / (steps - 1) - 0.5;
        const u = Math.min(width - 1.001, Math.max(0, x + share * dx));
        const v = Math.min(height - 1.001, Math.max(0, y + share * dy));
        const [x0, y0] = [Math.floor(u), Math.floor(v)];
        const [fx, fy] = [u - x0, v - y0];
        const from = 3 * (y0 * width + x0);
        for (let channel = 0; channel < 3; channel++) {
          const top = data[from + channel] * (1 - fx) + data[from + 3 + channel] * fx;
          const below = from + 3 * width + channel;
          const bottom = data[below] * (1 - fx) + data[below + 3] * fx;
          out.data[at + channel] += (top * (1 - fy) + bottom * fy) / steps;
        }
      }
    }
  }
  return out;
}
