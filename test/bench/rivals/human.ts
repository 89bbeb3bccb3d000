/**
 * @vladmandic/human on tfjs-wasm in Node: detector, mesh and description, everything else off. Its
 * own Node demos decode with packages that build native code; it gets face-api's decoder instead.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { serve } from "./protocol.ts";

const require = createRequire(import.meta.url);

serve(async () => {
  require("@tensorflow/tfjs-backend-wasm");
  const image = require("@canvas/image") as CanvasImage;
  const folder = dirname(require.resolve("@vladmandic/human"));
  const { Human } = require(join(folder, "human.node-wasm.js")) as typeof import("@vladmandic/human");
  const human = new Human({
    backend: "wasm",
    wasmPath: `${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`,
    modelBasePath: await serveFolder(join(folder, "../models")),
    cacheSensitivity: 0,
    face: {
      enabled: true,
      detector: { rotation: true, maxDetected: 1 },
      mesh: { enabled: true },
      description: { enabled: true },
      iris: { enabled: false },
      emotion: { enabled: false },
      antispoof: { enabled: false },
      liveness: { enabled: false },
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    gesture: { enabled: false },
    segmentation: { enabled: false },
    filter: { enabled: false },
  });
  await human.load();

  return {
    versions: {
      human: human.version,
      tfjs: human.tf.version["tfjs-core"] ?? "",
      backend: human.tf.getBackend(),
    },
    async encode(photo) {
      const canvas = await image.imageFromBuffer(Buffer.from(photo));
      const { data, width, height } = image.getImageData(canvas);
      const rgb = human.tf.tidy(() => {
        const rgba = human.tf.tensor(Int32Array.from(data), [height, width, 4], "int32");
        return human.tf.slice(rgba, [0, 0, 0], [height, width, 3]);
      });
      const { face, error } = await human.detect(rgb as Parameters<typeof human.detect>[0]);
      rgb.dispose();
      if (face[0]?.embedding === undefined) throw new Error(`human found no face: ${error ?? ""}`);
      const [x, y, faceWidth, faceHeight] = face[0].box;
      return { box: { x, y, width: faceWidth, height: faceHeight }, descriptor: face[0].embedding };
    },
    isSame: (a, b) => human.match.similarity([...a], [...b]) > 0.5,
  };
});

/** The package's build for WebAssembly fetches models by URL, and reads no files. */
async function serveFolder(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    readFile(join(folder, basename(request.url ?? ""))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

interface CanvasImage {
  imageFromBuffer(bytes: Buffer): Promise<object>;
  getImageData(canvas: object): {
    readonly data: Uint8ClampedArray;
    readonly width: number;
    readonly height: number;
  };
}
