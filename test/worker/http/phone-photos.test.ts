/** Photos as large as phones take them, through the whole Worker. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { enrolled, fetchPhoto } from "../setup/photos.ts";

const worker = (exports as unknown as { default: { fetch(request: Request): Promise<Response> } }).default;

async function post(path: string, body: Uint8Array<ArrayBuffer>) {
  const headers = { Authorization: "Bearer test-key", "Content-Type": "image/jpeg" };
  const response = await worker.fetch(
    new Request(`http://localhost${path}`, { method: "POST", headers, body }),
  );
  return { status: response.status, answer: await response.json() };
}

interface Answer {
  readonly distance: number;
  readonly face: { readonly box: { readonly x: number; readonly y: number; readonly width: number } };
}

let made: Answer;

beforeAll(async () => {
  const { status, answer } = await post("/v1/subjects/phone/faces", enrolled);
  expect(status).toBe(201);
  made = answer as Answer;
}, 60_000);

test.each([
  ["12 MP", "jpeg-12mp", { width: 3880, height: 3104 }],
  ["12 MP lying on its side", "jpeg-12mp-on-its-side", { width: 3880, height: 3104 }],
  ["48 MP", "jpeg-48mp", { width: 7740, height: 6192 }],
])(
  "a JPEG of %s is verified, in the upright photo's coordinates",
  async (_name, photo, image) => {
    const { status, answer } = await post("/v1/subjects/phone/verify", await fetchPhoto(env, photo));
    expect(status).toBe(200);
    expect(answer).toMatchObject({ match: true, image });
    const { distance, face } = answer as Answer;
    // People differ by more than 1.
    expect(distance).toBeLessThan(0.2);
    // All are made from the enrolled photo, 720 px wide.
    const scale = image.width / 720;
    for (const side of ["x", "y", "width"] as const) {
      expect(Math.abs(face.box[side] / scale - made.face.box[side]), side).toBeLessThan(3);
    }
  },
  60_000,
);
