/** Points, boxes and landmarks of a photo. */

/** Continuous coordinates of the upright full-size photo, px. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Five points; left and right as seen in the picture, in the order of the encoder's template. */
export type Landmarks = readonly [
  leftEye: Point,
  rightEye: Point,
  nose: Point,
  leftMouth: Point,
  rightMouth: Point,
];

/** Names of the landmarks, in their order. */
export const landmarkNames = ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"] as const;
