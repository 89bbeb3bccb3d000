/** The kinds and levels of degradation, and the quality measure that should detect each. */
import type { Quality } from "../../../src/face/quality/quality.ts";
import { blur, cutLeft, expose, type Picture, shrink } from "./degrade.ts";

export interface Family {
  readonly name: string;
  readonly unit: string;
  readonly levels: readonly number[];
  apply(picture: Picture, level: number, seed: number): Picture;
  readonly measureName: string;
  measure(quality: Quality): number;
  /** Edges of the measure's bins. */
  readonly edges: readonly number[];
}

export const families: readonly Family[] = [
  {
    name: "dark",
    unit: "stops",
    levels: [-2, -3, -4, -5, -6, -7, -8],
    apply: expose,
    measureName: "brightness",
    measure: (quality) => quality.brightness,
    edges: [0, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80, 256],
  },
  {
    name: "bright",
    unit: "stops",
    levels: [1, 1.5, 2, 2.5, 3, 3.5, 4],
    apply: expose,
    measureName: "brightness",
    measure: (quality) => quality.brightness,
    edges: [0, 160, 180, 200, 210, 220, 225, 230, 235, 240, 245, 250, 256],
  },
  {
    name: "blurred",
    unit: "px",
    levels: [1, 1.5, 2, 2.5, 3, 3.5, 4, 5],
    apply: blur,
    measureName: "sharpness",
    measure: (quality) => quality.sharpness,
    edges: [0, 0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.015, 0.02, 0.03, 0.05, 0.1, 1],
  },
  {
    name: "small",
    unit: "of the side",
    levels: [0.6, 0.5, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15],
    apply: shrink,
    measureName: "eye distance, px",
    measure: (quality) => quality.eyeDistancePx,
    edges: [0, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 36, 1000],
  },
  {
    name: "cut off",
    unit: "of the width",
    levels: [0.28, 0.34, 0.38, 0.42, 0.46, 0.5],
    apply: cutLeft,
    measureName: "in frame",
    measure: (quality) => quality.inFrame,
    edges: [0, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.001],
  },
];

/** Measures that ordinary photos are binned by: pose cannot be made, only found. */
export const found: readonly Pick<Family, "measureName" | "measure" | "edges">[] = [
  {
    measureName: "|yaw|, degrees",
    measure: (quality) => Math.abs(quality.yaw),
    edges: [0, 10, 20, 25, 30, 35, 40, 45, 50, 60, 91],
  },
  {
    measureName: "|pitch|, degrees",
    measure: (quality) => Math.abs(quality.pitch),
    edges: [0, 5, 10, 15, 20, 25, 30, 40, 181],
  },
  {
    measureName: "agreement",
    measure: (quality) => quality.agreement,
    edges: [0, 0.7, 0.75, 0.8, 0.84, 0.88, 0.92, 0.96, 1.001],
  },
];
