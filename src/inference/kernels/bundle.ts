/** The kernels and their plans, as the Worker bundles them. */
import blazefaceFull from "../../../model/blazeface-full.plan";
import blazefaceShort from "../../../model/blazeface-short.plan";
import mobilefacenet160 from "../../../model/mobilefacenet-160.plan";
import mobilefacenet192 from "../../../model/mobilefacenet-192.plan";
import onet from "../../../model/mtcnn-onet.plan";
import kernels from "../../../wasm/kernels-relaxed.wasm";
import type { Bundle } from "../engine.ts";
import { artifactOf, createEngine } from "./engine.ts";

export const bundle: Bundle = {
  files: {
    "blazeface-full.plan": blazefaceFull,
    "blazeface-short.plan": blazefaceShort,
    "mobilefacenet-160.plan": mobilefacenet160,
    "mobilefacenet-192.plan": mobilefacenet192,
    "mtcnn-onet.plan": onet,
  },
  artifactOf,
  createModel: createEngine(kernels).model,
};
