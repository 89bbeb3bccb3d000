/** The Worker's entry: the models run on the kernels of `wasm/`. */
import blazefaceFull from "../model/blazeface-full.plan";
import blazefaceShort from "../model/blazeface-short.plan";
import mobilefacenet160 from "../model/mobilefacenet-160.plan";
import mobilefacenet192 from "../model/mobilefacenet-192.plan";
import onet from "../model/mtcnn-onet.plan";
import kernels from "../wasm/kernels-relaxed.wasm";
import { createKernelEngine } from "./inference/kernels/engine.ts";
import { planOf } from "./models.ts";
import { createWorker } from "./worker.ts";

export { GalleryObject } from "./gallery-object.ts";
export { DirectoryObject } from "./identity/directory/object.ts";

export default createWorker({
  files: {
    "blazeface-full.plan": blazefaceFull,
    "blazeface-short.plan": blazefaceShort,
    "mobilefacenet-160.plan": mobilefacenet160,
    "mobilefacenet-192.plan": mobilefacenet192,
    "mtcnn-onet.plan": onet,
  },
  artifactOf: planOf,
  createModel: createKernelEngine(kernels).model,
});
