/** The Worker's entry: the models run on the kernels of `wasm/`. */
import { bundle } from "./inference/kernels/bundle.ts";
import { createWorker } from "./worker.ts";

export { GalleryObject } from "./gallery-object.ts";
export { DirectoryObject } from "./identity/directory/object.ts";

export default createWorker(bundle);
