/** The kernels and their plans, as the Worker bundles them. */
import antispoof from "../../../model/networks/antispoof.plan";
import blazefaceFull from "../../../model/networks/blazeface-full.plan";
import blazefaceShort from "../../../model/networks/blazeface-short.plan";
import frLiveness from "../../../model/networks/fr-liveness.plan";
import mobilefacenet160 from "../../../model/networks/mobilefacenet-160.plan";
import mobilefacenet192 from "../../../model/networks/mobilefacenet-192.plan";
import onet from "../../../model/networks/mtcnn-onet.plan";
import kernels from "../../../wasm/kernels-relaxed.wasm";
import type { Bundle } from "../engine.ts";
import { artifactOf, createEngine } from "./engine.ts";

export const bundle: Bundle = {
  files: {
    "antispoof.plan": antispoof,
    "blazeface-full.plan": blazefaceFull,
    "blazeface-short.plan": blazefaceShort,
    "fr-liveness.plan": frLiveness,
    "mobilefacenet-160.plan": mobilefacenet160,
    "mobilefacenet-192.plan": mobilefacenet192,
    "mtcnn-onet.plan": onet,
  },
  artifactOf,
  runsAtStart: true,
  createModel: createEngine(kernels, { isBundled: true }).model,
};
