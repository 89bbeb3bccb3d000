/** onnxruntime-web and the ONNX files, as the Worker bundles them. */
import antispoof from "../../../model/networks/antispoof.onnx";
import blazefaceFull from "../../../model/networks/blazeface-full.onnx";
import blazefaceShort from "../../../model/networks/blazeface-short.onnx";
import frLiveness from "../../../model/networks/fr-liveness.onnx";
import mobilefacenet160 from "../../../model/networks/mobilefacenet-160.onnx";
import mobilefacenet192 from "../../../model/networks/mobilefacenet-192.onnx";
import onet from "../../../model/networks/mtcnn-onet.onnx";
import onnxRuntime from "../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import type { Bundle } from "../engine.ts";
import { artifactOf, createEngine } from "./engine.ts";

export const bundle: Bundle = {
  files: {
    "antispoof.onnx": antispoof,
    "blazeface-full.onnx": blazefaceFull,
    "blazeface-short.onnx": blazefaceShort,
    "fr-liveness.onnx": frLiveness,
    "mobilefacenet-160.onnx": mobilefacenet160,
    "mobilefacenet-192.onnx": mobilefacenet192,
    "mtcnn-onet.onnx": onet,
  },
  artifactOf,
  runsAtStart: false,
  createModel: createEngine(onnxRuntime).model,
};
