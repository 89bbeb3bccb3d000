/** Every kind by which recognisability is fitted and judged. */
import { assorted } from "./assorted.ts";
import { coarse, compressed } from "./coarse.ts";
import { covers } from "./covers.ts";
import { drawings } from "./drawings.ts";
import { faceless } from "./faceless.ts";
import { blurs, lines, paints } from "./filters.ts";
import type { KindGroup } from "./kind.ts";
import { lenses } from "./lenses.ts";
import { noises } from "./noise.ts";
import { ripples } from "./ripples.ts";
import { colours, halftones, lights, tones } from "./tones.ts";
import { turns } from "./turns.ts";
import { signals, warps } from "./warps.ts";
import { wear } from "./wear.ts";

export const kindGroups: readonly KindGroup[] = [
  turns,
  coarse,
  compressed,
  noises,
  halftones,
  tones,
  colours,
  lights,
  blurs,
  lines,
  paints,
  covers,
  warps,
  signals,
  faceless,
  lenses,
  ripples,
  wear,
  drawings,
  assorted,
];
