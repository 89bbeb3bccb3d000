/** Texts of the capture element in English; a page replaces any of them by its own. */
import type { PoseInstruction } from "./poses.ts";
import type { PhotoInstruction } from "./rules.ts";

export type CaptureInstruction =
  | PhotoInstruction
  | PoseInstruction
  | "aim_left"
  | "aim_right"
  | "aim_up"
  | "aim_down"
  | "unrecognisable"
  | "no_guide";

/** Reason why there is no photo. */
export type CaptureFailure =
  | "permission_refused"
  | "no_camera"
  | "camera_busy"
  | "camera_ended"
  | "not_secure"
  | "deadline_passed"
  | "engine_missing";

export type CaptureLabel =
  | "title"
  | "start"
  | "starting"
  | "again"
  | "take"
  | "stop"
  | "switch_camera"
  | "voice"
  | "step"
  | "done"
  | "preview";

export type CaptureWords = Readonly<Record<CaptureInstruction | CaptureFailure | CaptureLabel, string>>;

export const englishWords: CaptureWords = {
  no_face: "Look into the camera.",
  one_person: "Only one person may be in the picture.",
  come_closer: "Come closer.",
  move_back: "Move back a little.",
  move_left: "Move a little to your left.",
  move_right: "Move a little to your right.",
  move_up: "Move up a little, or lower the camera.",
  move_down: "Move down a little, or raise the camera.",
  aim_left: "Point the camera further to the left.",
  aim_right: "Point the camera further to the right.",
  aim_up: "Point the camera higher.",
  aim_down: "Point the camera lower.",
  look_straight: "Look straight into the camera.",
  level_head: "Hold your head upright.",
  more_light: "Find more light: turn towards a window or a lamp.",
  less_light: "Find less light: turn away from the window or the lamp.",
  uncover_face: "Take off mask, sunglasses or scarf.",
  hold_still: "Hold still, and the camera too.",
  hold: "Good. Hold still.",
  turn_left: "Turn your head slowly to your left.",
  turn_right: "Turn your head slowly to your right.",
  turn_up: "Look slowly up.",
  turn_down: "Look slowly down.",
  get_closer: "Come slowly closer.",
  further: "A little further.",
  too_far: "Not so far. Come back a little.",
  unrecognisable: "The face cannot be told from others here. Change place or light.",
  no_guide: "The guide cannot start. Take the photo yourself.",
  permission_refused:
    "The camera is not allowed. Allow it in the browser's settings for this page, then try again.",
  no_camera: "There is no camera.",
  camera_busy: "The camera is in use by another app. Close it, then try again.",
  camera_ended: "The camera stopped.",
  not_secure: "The camera works on secure pages (https) alone.",
  deadline_passed: "The time is over. Begin anew.",
  engine_missing: "The guide cannot start, and this needs it.",
  title: "Camera",
  start: "Start the camera",
  starting: "Starting…",
  again: "Try again",
  take: "Take the photo now",
  stop: "Close the camera",
  switch_camera: "Other camera",
  voice: "Speak instructions",
  step: "Step {step} of {steps}",
  done: "Done.",
  preview: "Picture of the camera",
};
