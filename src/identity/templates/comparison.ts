/** Comparison of a probe with the template of a subject. */
import type { FaceId } from "../ids.ts";

export interface Comparison {
  /** Distance to the template. */
  readonly distance: number;
  /** Distance by which this template must come closer than an ordinary one; 0 where nothing is asked for. */
  readonly closer: number;
  /** Number of photos in the template. */
  readonly photos: number;
  readonly version: string;
  /** Face in the template that came closest by itself. */
  readonly closest: FaceId;
}
