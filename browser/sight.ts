/** Faces as the engine sees them. All coordinates are pixels of the upright photo, whose origin is its top left corner. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Measures of a face; docs/concepts.md says what each means, and the service answers the same. */
export interface Measures {
  /** Degrees; positive: the face turns to the picture's right, which is the person's own left. */
  readonly yaw: number;
  /** Degrees; positive: the face looks up. */
  readonly pitch: number;
  /** Degrees; positive: the head leans to the picture's right. */
  readonly roll: number;
  readonly eyeDistancePx: number;
  /** Mean luma of the face, 0..255. */
  readonly brightness: number;
  readonly contrast: number;
  readonly sharpness: number;
  /** Share of the face's crop that lies inside the photo, 0..1. */
  readonly inFrame: number;
  /** Score of the face being covered in part, 0..1. */
  readonly occlusion: number;
  readonly agreement: number;
}

export interface SeenFace {
  readonly box: Point & { readonly width: number; readonly height: number };
  /** Detector's confidence, 0..1. */
  readonly score: number;
  /** Left eye, right eye, nose, left and right corner of the mouth, as seen in the picture. */
  readonly landmarks: readonly [Point, Point, Point, Point, Point];
  readonly measures: Measures;
}

/** One look at a photo or a camera's frame. */
export interface Sight {
  readonly image: { readonly width: number; readonly height: number };
  /** Number of faces that count as people before the camera. */
  readonly faces: number;
  /** The largest face; absent where there is none. */
  readonly face?: SeenFace;
}

/** A face with the embedding that the service would make of the same file, to the bit. */
export interface Encoding {
  /** Embedding's model, as the service names it. */
  readonly model: string;
  readonly embedding: Float32Array;
  readonly face: SeenFace;
  readonly image: { readonly width: number; readonly height: number };
  /** Probability that the embedding tells whose face it is, 0..1. */
  readonly recognisability: number;
  /** False where the service would refuse the face as one that cannot be told from others. */
  readonly recognisable: boolean;
}

/** Failure of the engine. The codes of photos are the service's; docs/troubleshooting.md explains them. */
export interface EngineFailure {
  readonly code: string;
  readonly message: string;
}
