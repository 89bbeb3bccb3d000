/** The gallery's Durable Object, exported by both entries of the Worker; it scans on the kernels of `wasm/`. */
import kernels from "../wasm/kernels-relaxed.wasm";
import { GalleryObject as GalleryWithScan } from "./identity/gallery/object.ts";
import { createScanner } from "./inference/kernels/scan.ts";

/** One scanner serves all galleries of an isolate, since a scan begins and ends without yielding. */
const scanner = createScanner(kernels);

export class GalleryObject extends GalleryWithScan {
  constructor(ctx: DurableObjectState, env: Record<string, unknown>) {
    super(ctx, env, scanner.scan);
  }
}
