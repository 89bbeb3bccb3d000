/** WebP through `@jsquash/webp` 1.5.0's libwebp: full-size decodes only, shrunk on the way out. */
import { ok, type Result } from "../../errors.ts";
import type { DecodeRequest, EncodedPhoto } from "../encoded-photo.ts";
import type { IdleInstances } from "../idle-instances.ts";
import { type DecodingCost, type ImageLimits, refuseSize, workingBytes } from "../limits.ts";
import { uprightSize } from "../orientation.ts";
import { partBytes, photoOf, planPart } from "../part.ts";
import { createEmbindDecoder, type EmbindDecoder } from "./embind.ts";
import type { EmbindBuild } from "./embind-host.ts";
import { readWebpHeader, type WebpHeader } from "./webp-header.ts";

/** `codec/dec/webp_dec.js` of that version names these. */
const build: EmbindBuild = {
  imports: {
    a: "nothing", // _embind_register_memory_view
    b: "nothing", // _embind_register_integer
    c: "registerFunction",
    d: "nothing", // _emval_decref
    e: "getGlobal",
    f: "nothing", // _embind_register_std_wstring
    g: "nothing", // _embind_register_std_string
    h: "newValue",
    i: "nothing", // _emval_incref
    j: "stop", // abort
    k: "nothing", // _embind_register_float
    l: "nothing", // _embind_register_bool
    m: "nothing", // _embind_register_void
    n: "stop", // __cxa_throw
    o: "nothing", // _embind_register_bigint
    p: "growMemory",
    q: "copy",
    r: "nothing", // _embind_register_emval
  },
  constructors: "t",
  malloc: "u",
  free: "v",
  table: "y",
};

export function createWebpDecoder(module: WebAssembly.Module, idle: IdleInstances): EmbindDecoder {
  return createEmbindDecoder(module, build, [], idle);
}

export function openWebp(
  bytes: Uint8Array,
  limits: ImageLimits,
  decoder: () => Promise<EmbindDecoder>,
): Result<EncodedPhoto> {
  const read = readWebpHeader(bytes);
  if (!read.ok) return read;
  const { width, height, orientation, end } = read.value;
  const cost = decodingCost(read.value);
  const refused = refuseSize(width, height, limits.webpMaxPixels, cost, limits);
  if (refused) return refused;
  const header = read.value;
  const planned = (request: DecodeRequest) => planPart(header, request, cost, limits);

  return ok({
    format: "webp",
    ...uprightSize(orientation, width, height),
    orientation,
    workingBytes: (request) => partBytes(header, planned(request), cost) - end,
    async decode(request) {
      const part = planned(request);
      const neededBytes = workingBytes(width * height, 0, cost);
      const { hasAlpha } = header;
      const asked = { file: bytes.subarray(0, end), width, height, part, hasAlpha, neededBytes };
      const decoded = (await decoder()).decode(asked, limits.maxWorkingBytes);
      return decoded.ok ? ok(photoOf(header, part, decoded.value)) : decoded;
    },
  });
}

/** Measured: libwebp's RGBA, and lossless frames' ARGB or the alpha plane beside it; the file thrice. */
function decodingCost({ lossless, alphaPlane, end }: WebpHeader): DecodingCost {
  return {
    fixedBytes: 3 * end + 1024 * 1024,
    bytesPerPixel: lossless ? 8.1 : alphaPlane ? 6.2 : 4.1,
    bytesPerRasterPixel: 4,
  };
}
