/** The gallery's Durable Object as both entries of the Worker export it: it scans on the kernels of `wasm/`. */
import kernels from "../wasm/kernels-relaxed.wasm";
import { GalleryObject as GalleryWithScan } from "./identity/gallery/object.ts";
import { createScanner } from "./inference/kernels/scan.ts";

/** One for all galleries of an isolate: a scan begins and ends without yielding. */
const scanner = createScanner(kernels);

export class GalleryObject extends GalleryWithScan {
  constructor(ctx: DurableObjectState, env: Record<string, unknown>) {
    super(ctx, env, scanner.scan);
  }
}
