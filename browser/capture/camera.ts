/** The camera of a page: its moving picture, single frames, and why there is none. */
import type { Pixels } from "../engine/messages.ts";
import type { CaptureFailure } from "./words.ts";

export type Facing = "user" | "environment";

/** Failure to open the camera, or its end. */
export class CameraError extends Error {
  override readonly name = "CameraError";
  readonly code: CaptureFailure;

  constructor(code: CaptureFailure) {
    super(code);
    this.code = code;
  }
}

/** One frame, kept until the next one is grabbed. */
export interface Grabbed {
  /** Pixels for a look: 640 px on the longer side. */
  pixels(): Pixels;
  /** Writes the same frame as JPEG, of at most `maxBytes`. */
  jpeg(maxBytes: number): Promise<Blob>;
}

export interface Camera {
  readonly facing: Facing;
  /** True when the device has another camera. */
  readonly hasOther: boolean;
  /** Takes the current frame; undefined while there is none. */
  grab(): Grabbed | undefined;
  close(): void;
}

const photoSidePx = 1280;
const lookSidePx = 640;

/** Failures of `getUserMedia` by their names (W3C Media Capture and Streams, 10.2). */
const failures: Readonly<Record<string, CaptureFailure>> = {
  NotAllowedError: "permission_refused",
  SecurityError: "permission_refused",
  NotFoundError: "no_camera",
  OverconstrainedError: "no_camera",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};

/**
 * Opens the camera, and shows it in `video` unless `signal` aborted meanwhile. `onEnd` is called when it ends by itself: it
 * was unplugged, or its permission was taken away. Rejects with `CameraError`.
 */
export async function openCamera(
  video: HTMLVideoElement,
  facing: Facing,
  signal: AbortSignal,
  onEnd: () => void,
): Promise<Camera> {
  // Absent on pages without https.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new CameraError("not_secure");
  const wanted = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 960 } };
  const stream = await devices.getUserMedia({ video: wanted }).catch((error: unknown) => {
    throw new CameraError(failures[error instanceof Error ? error.name : ""] ?? "no_camera");
  });
  const [track] = stream.getVideoTracks();
  track.addEventListener("ended", onEnd);
  // A later start has the element for its own picture by then.
  if (!signal.aborted) video.srcObject = stream;
  await video.play().catch(() => undefined);
  const all = await devices.enumerateDevices().catch(() => []);
  const whole = document.createElement("canvas");
  const small = document.createElement("canvas");
  // A camera that says nothing is a laptop's, which looks at the person.
  const seen = track.getSettings().facingMode;
  return {
    facing: seen === "environment" ? "environment" : "user",
    hasOther: all.filter(({ kind }) => kind === "videoinput").length > 1,
    grab() {
      const { videoWidth, videoHeight } = video;
      if (videoWidth === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
      // The size is read each time: it changes when the device is turned.
      draw(whole, video, videoWidth, videoHeight, photoSidePx);
      return {
        pixels: () => pixelsOf(whole, small),
        jpeg: (maxBytes) => encode(whole, maxBytes),
      };
    },
    close() {
      track.removeEventListener("ended", onEnd);
      for (const each of stream.getTracks()) each.stop();
      if (video.srcObject === stream) video.srcObject = null;
    },
  };
}

function draw(
  canvas: HTMLCanvasElement,
  source: CanvasImageSource,
  width: number,
  height: number,
  longestSide: number,
): CanvasRenderingContext2D {
  const scale = Math.min(1, longestSide / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("the browser has no canvas");
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context;
}

function pixelsOf(whole: HTMLCanvasElement, small: HTMLCanvasElement): Pixels {
  const context = draw(small, whole, whole.width, whole.height, lookSidePx);
  const { width, height, data } = context.getImageData(0, 0, small.width, small.height);
  return {
    width,
    height,
    data: data as Uint8ClampedArray<ArrayBuffer>,
    frameWidth: whole.width,
    frameHeight: whole.height,
  };
}

async function encode(canvas: HTMLCanvasElement, maxBytes: number): Promise<Blob> {
  for (const quality of [0.92, 0.8, 0.6, 0.4]) {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob === null) throw new Error("the browser cannot write a JPEG");
    if (blob.size <= maxBytes) return blob;
  }
  throw new Error("the frame is too large");
}
