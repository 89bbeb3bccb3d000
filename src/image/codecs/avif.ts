/** AVIF through `@jsquash/avif` 2.1.1's libavif and libaom: full-size decodes only, shrunk on the way out. */
import { ok, type Result } from "../../errors.ts";
import type { DecodeRequest, EncodedPhoto } from "../encoded-photo.ts";
import type { IdleInstances } from "../idle-instances.ts";
import { type DecodingCost, type ImageLimits, refuseSize, workingBytes } from "../limits.ts";
import { uprightSize } from "../orientation.ts";
import { partBytes, photoOf, planPart } from "../part.ts";
import { type AvifHeader, readAvifHeader } from "./avif-header.ts";
import { createEmbindDecoder, type EmbindDecoder } from "./embind.ts";
import type { EmbindBuild } from "./embind-host.ts";

/** `codec/dec/avif_dec.js` of that version names these. */
const build: EmbindBuild = {
  imports: {
    a: "stop", // abort
    b: "nothing", // _embind_register_memory_view
    c: "nothing", // _embind_register_integer
    d: "invoke", // iii
    e: "nothing", // _emval_get_method_caller
    f: "callValue",
    g: "nothing", // _embind_register_std_wstring
    h: "nothing", // _emval_set_property
    i: "nothing", // _embind_register_float
    j: "nothing", // _embind_register_std_string
    k: "invoke", // viiii
    l: "nothing", // _embind_register_emval
    m: "nothing", // _embind_register_bool
    n: "nothing", // fd_seek
    o: "nothing", // _embind_register_void
    p: "nothing", // _embind_register_bigint
    q: "invoke", // viiiiiii
    r: "invoke", // iiiii
    s: "invoke", // v
    t: "invoke", // vi
    u: "throwLongjmp",
    v: "growMemory",
    w: "nothing", // fd_close
    x: "registerFunction",
    y: "nothing", // fd_write
    z: "nothing", // _emval_take_value
    A: "nothing", // _emval_new_cstring
    B: "nothing", // _emval_call_method
    C: "nothing", // _emval_run_destructors
    D: "nothing", // _emval_decref
    E: "getGlobal",
  },
  constructors: "G",
  malloc: "I",
  free: "J",
  table: "K",
  setThrew: "L",
  stackRestore: "M",
  stackSave: "N",
};

/** The second argument of its `decode`: bits a channel to convert to. */
const outputBits = 8;

export function createAvifDecoder(module: WebAssembly.Module, idle: IdleInstances): EmbindDecoder {
  return createEmbindDecoder(module, build, [outputBits], idle);
}

export function openAvif(
  bytes: Uint8Array,
  limits: ImageLimits,
  decoder: () => Promise<EmbindDecoder>,
): Result<EncodedPhoto> {
  const read = readAvifHeader(bytes);
  if (!read.ok) return read;
  const { width, height, orientation } = read.value;
  const cost = decodingCost(read.value, bytes.length);
  const refused = refuseSize(width, height, limits.avifMaxPixels, cost, limits);
  if (refused) return refused;
  const header = read.value;
  const planned = (request: DecodeRequest) => planPart(header, request, cost, limits);

  return ok({
    format: "avif",
    ...uprightSize(orientation, width, height),
    orientation,
    workingBytes: (request) =>
      Math.min(
        limits.maxWorkingBytes,
        partBytes(header, planned(request), cost) + detailBytesPerByte * bytes.length,
      ) - bytes.length,
    async decode(request) {
      const part = planned(request);
      const neededBytes = workingBytes(width * height, 0, cost);
      const asked = { file: bytes, width, height, part, hasAlpha: true, neededBytes };
      const decoded = (await decoder()).decode(asked, limits.maxWorkingBytes);
      return decoded.ok ? ok(photoOf(header, part, decoded.value)) : decoded;
    },
  });
}

/** libaom's frame and mode buffers, libavif's copy of the planes, RGBA: measured at 1 to 3 megapixels. */
const lumaBytesPerPixel = { 8: 16.5, 10: 22, 12: 29 } as const;
const chromaBytesPerPixel = { 8: 3.5, 10: 7, 12: 7 } as const;
/**
 * Further bytes for each of the file, at most: photos that sharp made at qualities 60 and 90 held 6 to 49 more, in
 * steps. They are reserved, and no photo is refused for them by its header.
 */
const detailBytesPerByte = 46;

function decodingCost(header: AvifHeader, fileBytes: number): DecodingCost {
  const luma = lumaBytesPerPixel[header.bitDepth];
  const chroma = header.fullChroma ? chromaBytesPerPixel[header.bitDepth] : 0;
  return {
    fixedBytes: 4 * fileBytes + 7_500_000,
    bytesPerPixel: luma + chroma + (header.auxiliaryImage ? luma : 0),
    bytesPerRasterPixel: 4,
  };
}
