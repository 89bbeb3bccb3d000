/** Conversion of pixels to inputs, y = (x - mean) * scale, and the places of five landmarks in a crop, px. */

/** Leaves pixels as they are, 0..255. */
export const bytes = { mean: [0, 0, 0], scale: [1, 1, 1] };
/** Maps pixels to [0, 1]. */
export const shares = { mean: [0, 0, 0], scale: [1 / 255, 1 / 255, 1 / 255] };
/** Maps pixels to [-1, 1]. */
export const signed = { mean: [127.5, 127.5, 127.5], scale: [1 / 127.5, 1 / 127.5, 1 / 127.5] };
/** Maps pixels to about [-1, 1], as MTCNN and the ArcFace family were trained: (x - 127.5) / 128. */
export const arcFace = { mean: [127.5, 127.5, 127.5], scale: [1 / 128, 1 / 128, 1 / 128] };

/** ArcFace's five points in a crop of 112 x 112 (insightface, `arcface_src`). */
export const arcFaceTemplate = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

/** dlib's `input_rgb_image_sized`: RGB less the mean of its training photos, by 256. */
export const dlib = { mean: [122.782, 117.001, 104.298], scale: [1 / 256, 1 / 256, 1 / 256] };

/**
 * dlib's face chip of 150 x 150 with padding 0.25 (`get_face_chip_details`). Of its 68 mean points these are the
 * centres of the six points of each eye, the tip of the nose and the corners of the mouth.
 */
export const dlibTemplate = [
  [47.5492, 46.599],
  [100.4761, 46.599],
  [74.0127, 76.5625],
  [50.4149, 103.0233],
  [97.6104, 103.0233],
] as const;
