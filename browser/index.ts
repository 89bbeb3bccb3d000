/** `sameface/browser`: the service's own engine in a page, and a camera that is guided by it. Neither sends a photo. */
export {
  type AskedChallenge,
  type CaptureEvents,
  defineCapture,
  SamefaceCapture,
} from "./capture/element.ts";
export { frontalAdvice, type Pose, type PoseAdvice, poseAdvice } from "./capture/poses.ts";
export {
  type PhotoInstruction,
  type PhotoRules,
  photoInstruction,
  photoRules,
} from "./capture/rules.ts";
export type { Taken } from "./capture/session.ts";
export { createSteady, type Steady, type Timing } from "./capture/steady.ts";
export { type CaptureWords, englishWords } from "./capture/words.ts";
export { type Engine, EngineError, type EngineOptions, openEngine } from "./engine/engine.ts";
export type { Pixels } from "./engine/messages.ts";
export type { Encoding, Measures, Point, SeenFace, Sight } from "./sight.ts";
