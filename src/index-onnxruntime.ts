/** The Worker's other entry (`--env onnxruntime`): the models run on onnxruntime-web, as ONNX files. */
import { bundle } from "./inference/onnxruntime/bundle.ts";
import { createWorker } from "./worker.ts";

export { GalleryObject } from "./gallery-object.ts";
export { DirectoryObject } from "./identity/directory/object.ts";

export default createWorker(bundle);
