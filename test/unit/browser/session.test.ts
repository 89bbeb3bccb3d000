/** Captures with an engine and a camera that follow a script: when a frame is taken, and which. */
import { describe, expect, it } from "vitest";
import type { Camera, Facing } from "../../../browser/capture/camera.ts";
import {
  type CaptureParts,
  type Progress,
  takeChallenge,
  takePhoto,
} from "../../../browser/capture/session.ts";
import { type Engine, EngineError } from "../../../browser/engine/engine.ts";
import type { Encoding, SeenFace, Sight } from "../../../browser/sight.ts";
import type { Landmarks } from "../../../src/face/geometry.ts";

const frontal: Landmarks = [
  { x: 580, y: 330 },
  { x: 700, y: 330 },
  { x: 640, y: 400 },
  { x: 590, y: 460 },
  { x: 690, y: 460 },
];

/** A face in the middle of 1280 by 720 pixels, changed. */
function sight({ yaw = 0, pitch = 0, scale = 1, brightness = 130, dx = 0 } = {}): Sight {
  const landmarks = frontal.map(({ x, y }) => ({
    x: 640 + scale * (x - 640),
    y: 360 + scale * (y - 360),
  })) as unknown as Landmarks;
  const face: SeenFace = {
    box: { x: 490 + dx, y: 210, width: 300, height: 300 },
    score: 0.9,
    landmarks,
    measures: {
      ...{ yaw, pitch, roll: 0, eyeDistancePx: 120 * scale, brightness, contrast: 40, sharpness: 0.2 },
      ...{ inFrame: 1, occlusion: 0, agreement: 1 },
    },
  };
  return { image: { width: 1280, height: 720 }, faces: 1, face };
}

const nobody: Sight = { image: { width: 1280, height: 720 }, faces: 0 };
const good = sight();

interface Script {
  /** Sights look by look, 100 ms apart; the last one stays. */
  readonly looks: readonly Sight[];
  /** Sights of the files, by turn; by default the sight that was looked at. */
  readonly files?: readonly Sight[];
  readonly encoding?: Partial<Encoding>;
  readonly facing?: Facing;
}

function scripted({ looks, files = [], encoding = {}, facing = "user" }: Script) {
  const controller = new AbortController();
  const progress: Progress[] = [];
  let nowMs = 0;
  let looked = 0;
  let measured = 0;
  const current = () => looks[Math.min(looked, looks.length) - 1];
  const engine: Engine = {
    load: async () => ({ kernels: "plain" }),
    look: async () => {
      // A capture that never takes anything shall end the test.
      if (++looked > 200) controller.abort();
      return looks[Math.min(looked, looks.length) - 1];
    },
    measure: async () => files[measured++] ?? current(),
    encode: async () => ({ recognisable: true, recognisability: 0.99, ...encoding }) as Encoding,
    close: () => undefined,
  };
  const camera: Camera = {
    facing,
    hasOther: false,
    grab: () => ({
      pixels: () => ({ width: 1, height: 1, data: new Uint8ClampedArray(4), frameWidth: 1, frameHeight: 1 }),
      jpeg: async (maxBytes) => new Blob([`look ${looked}, at most ${maxBytes}`]),
    }),
    close: () => undefined,
  };
  const parts: CaptureParts = {
    engine,
    camera,
    signal: controller.signal,
    nowMs: () => nowMs,
    pause: async () => {
      nowMs += 100;
    },
    onProgress: (step) => progress.push(step),
    holdMs: 800,
  };
  const told = () => [...new Set(progress.map(({ instruction }) => instruction))];
  return { parts, controller, progress, told, looked: () => looked };
}

describe("a photo", () => {
  it("is the frame at which every rule has held for the stated time", async () => {
    const { parts, told, looked } = scripted({ looks: [nobody, nobody, good] });
    const taken = await takePhoto(parts, false);
    expect(told()).toEqual(["no_face", "hold"]);
    // Two looks without a face, then nine over 800 ms.
    expect(looked()).toBe(11);
    expect(await taken?.photo.text()).toBe("look 11, at most 10485760");
    expect(taken?.sight).toEqual(good);
  });

  it("is not taken when its file does not keep a rule that the frame kept", async () => {
    const { parts, told, looked } = scripted({ looks: [good], files: [sight({ brightness: 50 }), good] });
    await takePhoto(parts, false);
    expect(told()).toContain("more_light");
    expect(looked()).toBe(18);
  });

  it("with the encoder is not taken of a face that cannot be told from others", async () => {
    const { parts, told } = scripted({ looks: [good], encoding: { recognisable: false } });
    expect(await takePhoto(parts, true)).toBeUndefined();
    expect(told()).toContain("unrecognisable");
  });

  it("with the encoder brings the embedding, and without it asks for none", async () => {
    const embedding = Float32Array.of(1);
    const run = (withEncoder: boolean) =>
      takePhoto(scripted({ looks: [good], encoding: { embedding } }).parts, withEncoder);
    expect((await run(true))?.encoding?.embedding).toBe(embedding);
    expect((await run(false))?.encoding).toBeUndefined();
  });

  it("is given up when the capture is aborted", async () => {
    const { parts, controller } = scripted({ looks: [nobody] });
    const taken = takePhoto(parts, false);
    controller.abort();
    expect(await taken).toBeUndefined();
  });

  it("fails as the engine does", async () => {
    const { parts } = scripted({ looks: [good] });
    const engine = { ...parts.engine, look: () => Promise.reject(new EngineError("not_ready", "gone")) };
    await expect(takePhoto({ ...parts, engine }, false)).rejects.toThrow("gone");
  });

  it("of the camera on the back is asked for by moving the camera", async () => {
    const aside = [sight({ dx: 300 }), good];
    const front = scripted({ looks: aside });
    await takePhoto(front.parts, false);
    expect(front.told()).toEqual(["move_right", "hold"]);
    const back = scripted({ looks: aside, facing: "environment" });
    await takePhoto(back.parts, false);
    expect(back.told()).toEqual(["aim_right", "hold"]);
  });
});

describe("a challenge", () => {
  const held = (seen: Sight, count: number) => Array.from({ length: count }, () => seen);
  const turned = sight({ yaw: 25 });
  const raised = sight({ pitch: 20 });
  const close = sight({ scale: 1.3 });

  it("brings a frame that looks into the camera, then one of each pose in its order", async () => {
    const looks = [...held(good, 9), ...held(turned, 4), ...held(close, 4), ...held(raised, 4)];
    const { parts, progress } = scripted({ looks });
    const frames = await takeChallenge(parts, ["left", "closer", "up"]);
    expect(frames?.map(({ sight }) => sight)).toEqual([good, turned, close, raised]);
    expect(await frames?.[0].photo.text()).toMatch(/at most 2097152$/);
    expect([...new Set(progress.map(({ step, steps, pose }) => `${step}/${steps} ${pose}`))]).toEqual([
      "1/4 undefined",
      "2/4 left",
      "3/4 closer",
      "4/4 up",
    ]);
  });

  it("waits for its own pose, whatever others come before", async () => {
    const looks = [...held(good, 9), ...held(raised, 10), ...held(turned, 4)];
    const { parts, told } = scripted({ looks });
    const frames = await takeChallenge(parts, ["left"]);
    expect(frames?.[1].sight).toEqual(turned);
    expect(told()).toContain("turn_left");
  });

  it("says when a pose is nearly reached, and when it is too far", async () => {
    const looks = [
      ...held(good, 9),
      ...held(sight({ yaw: 15 }), 5),
      ...held(sight({ yaw: 45 }), 5),
      ...held(turned, 4),
    ];
    const { parts, told } = scripted({ looks });
    await takeChallenge(parts, ["left"]);
    expect(told()).toEqual(expect.arrayContaining(["further", "too_far"]));
  });

  it("takes no frame whose file does not show the pose", async () => {
    const looks = [...held(good, 9), ...held(turned, 8)];
    const { parts } = scripted({ looks, files: [good, sight({ yaw: 10 }), turned] });
    const frames = await takeChallenge(parts, ["left"]);
    expect(frames?.[1].sight).toEqual(turned);
  });

  it("ends without frames when it is aborted half-way", async () => {
    const { parts } = scripted({ looks: [good] });
    expect(await takeChallenge(parts, ["left"])).toBeUndefined();
  });
});
