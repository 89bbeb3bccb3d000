/**
 * Decision whether a photo is a copy of a capture that left a sketch: the same file, or one that was compressed anew,
 * resized, cut, mirrored, or made a little brighter or darker.
 *
 * Cells alone do not tell a copy from the next frame of a burst, when a face kept still. The place of the face does: a
 * cut lies inside its photo and stands as upright, while between two captures a hand or a head moves.
 */
import type { Capture, Frame } from "./capture.ts";
import { type Likeness, likenessTo } from "./compare.ts";
import type { Sketch } from "./sketch.ts";

/**
 * Least correlation of a copy's cells. Of copies of 120 photos of the train view, each kind has 99 % above 0.98; see
 * "Copies of one capture" in design/models.md.
 */
const leastCorrelation = 0.975;
/** Largest turn between two files of one capture, radians; 99 % of copies have less than 0.0035. */
const turnTolerance = 0.0065;
/** Error of an edge's place: px of the crop, and share of the edge's distance from the face. */
const shiftTolerance = 0.2;
const growthTolerance = 0.003;
/** Growth from which a photo of the same size counts as cut and enlarged to it, log of the factor. */
const leastZoom = 0.04;

/** Returns a function that tells whether the capture is a copy of the one that left a sketch. */
export function copyFinder(capture: Capture): (sketch: Sketch) => boolean {
  const likeness = likenessTo(capture);
  return (sketch) => {
    const found = likeness(sketch);
    if (!(found.correlation >= leastCorrelation)) return false;
    const { turn, beyond } = measureFrames(sketch.frame, capture.frame, found);
    return Math.abs(turn) <= turnTolerance && beyond <= 1;
  };
}

/** Measures of how the frames of a sketch and of a capture lie to each other. */
interface FrameFit {
  /** Turn of one photo to the other, radians. */
  readonly turn: number;
  /**
   * Most by which the photo that should be the cut reaches beyond the other, in tolerances: at most 1 for a cut. Two
   * photos of the same size must agree in both directions, since neither was cut.
   */
  readonly beyond: number;
}

/** Measures how the frame of a sketch and that of a capture lie to each other, by where the face is in both. */
function measureFrames(sketch: Frame, given: Frame, { motion, mirrored }: Likeness): FrameFit {
  const capture = mirrored ? mirrorImage(given) : given;
  // A place of the sketch's photo maps to: ratio * (place - the face's centre there) + that centre in the capture's photo.
  const re = capture.re * motion.re - capture.im * motion.im;
  const im = capture.im * motion.re + capture.re * motion.im;
  const size = sketch.re ** 2 + sketch.im ** 2;
  const ratioRe = (re * sketch.re + im * sketch.im) / size;
  const ratioIm = (im * sketch.re - re * sketch.im) / size;
  const ratio = Math.hypot(ratioRe, ratioIm);
  const x = capture.x + capture.re * motion.x - capture.im * motion.y;
  const y = capture.y + capture.im * motion.x + capture.re * motion.y;
  // A file is cut and resized to whole pixels; one of the same size was neither.
  const sameSize = sketch.width === capture.width && sketch.height === capture.height;
  const rounding = sameSize ? 0 : 0.5 * (1 + 1 / ratio);
  // Distances from the face to each edge, px of the sketch's photo.
  const edges = [
    [sketch.x, x / ratio],
    [sketch.width - sketch.x, (capture.width - x) / ratio],
    [sketch.y, y / ratio],
    [sketch.height - sketch.y, (capture.height - y) / ratio],
  ].map(([own, other]) => {
    const far = Math.max(Math.abs(own), Math.abs(other));
    return (other - own) / (shiftTolerance * Math.sqrt(size) + rounding + growthTolerance * far);
  });
  const [least, most] = [Math.min(...edges), Math.max(...edges)];
  const zoomed = Math.abs(Math.log(ratio)) > leastZoom;
  return {
    turn: Math.atan2(ratioIm, ratioRe),
    beyond: sameSize && !zoomed ? Math.max(most, -least) : Math.min(most, -least),
  };
}

/** Frame in the photo's mirror image, of the mirrored crop. */
function mirrorImage({ re, im, x, y, width, height }: Frame): Frame {
  return { re, im: -im, x: width - x, y, width, height };
}
