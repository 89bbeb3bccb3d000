/**
 * Photos as in another light: dimmer or brighter, flatter or harder, warm or cool to one colour, from one side, or grey. None of
 * that covers a face.
 */
import type { Picture } from "../../evaluate/degradation/degrade.ts";
import { mapPixels, normalFrom, type Random } from "../../evaluate/degradation/kinds/kind.ts";

/** Draws a light and shows the photo in it. */
export function relit(picture: Picture, random: Random): Picture {
  const between = (least: number, most: number) => least + (most - least) * random();
  const exposure = Math.exp(between(Math.log(0.25), Math.log(1.4)));
  const gamma = Math.exp(between(-0.6, 0.6));
  const isGrey = random() < 0.15;
  // Colours of the light: mostly near white, some times one that leaves a channel a tenth.
  const strength = random() < 0.3 ? between(0.4, 1) : between(0, 0.4);
  const tints = [random(), random(), random()];
  const most = Math.max(...tints);
  const light = tints.map((tint) => 1 - strength * (1 - Math.max(0.1, tint / most)));
  const angle = 2 * Math.PI * random();
  const slope = random() < 0.4 ? between(0.3, 0.9) : 0;
  const noise = between(0, 4);
  const { width, height } = picture;
  return mapPixels(picture, (red, green, blue, at) => {
    const x = (at % width) / width - 0.5;
    const y = Math.floor(at / width) / height - 0.5;
    const side = Math.max(0.1, 1 + 2 * slope * (x * Math.cos(angle) + y * Math.sin(angle)));
    const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
    return [red, green, blue].map((value, channel) => {
      const seen = ((isGrey ? grey : value) / 255) ** gamma * 255;
      return exposure * side * (isGrey ? 1 : light[channel]) * seen + noise * normalFrom(random);
    }) as [number, number, number];
  });
}
