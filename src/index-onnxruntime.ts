/** The Worker's other entry (`--env onnxruntime`): the models run on onnxruntime-web, as ONNX files. */
import blazefaceFull from "../model/blazeface-full.onnx";
import blazefaceShort from "../model/blazeface-short.onnx";
import mobilefacenet160 from "../model/mobilefacenet-160.onnx";
import mobilefacenet192 from "../model/mobilefacenet-192.onnx";
import onet from "../model/mtcnn-onet.onnx";
import onnxRuntime from "../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import { createOnnxRuntime } from "./inference/onnxruntime.ts";
import { createWorker } from "./worker.ts";

export { GalleryObject } from "./gallery-object.ts";
export { DirectoryObject } from "./identity/directory/object.ts";

export default createWorker({
  files: {
    "blazeface-full.onnx": blazefaceFull,
    "blazeface-short.onnx": blazefaceShort,
    "mobilefacenet-160.onnx": mobilefacenet160,
    "mobilefacenet-192.onnx": mobilefacenet192,
    "mtcnn-onet.onnx": onet,
  },
  artifactOf: (model) => model,
  createModel: createOnnxRuntime(onnxRuntime).model,
});
