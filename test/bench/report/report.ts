/** The report of one run: the figures that have limits, then all that they come from. */
import { encoderInUse, type Manifest } from "../../../src/models.ts";
import type { MixedMemory } from "../measure/memory.ts";
import type { LoadMemory } from "../measure/memory-by-load.ts";
import { p50Of, type Row } from "../measure/results.ts";
import type { ModuleSize } from "../setup/bundle.ts";
import type { Machine } from "../setup/machine.ts";

/** Medians over medians: below 1, sameface is faster. */
export interface Ratios {
  readonly verify_12mp_vs_naive: number;
  readonly verify_12mp_vs_faceapi: number;
  /** All decoding of a photo of 12 MP, in workerd: by our own JPEG reader over libjpeg-turbo, the decoder before. */
  readonly decode_vs_before: number;
  /** Over the processor time of native `djpeg -scale 1/8`, its start taken off; null where it is not there. */
  readonly decode_vs_djpeg: number | null;
  /** The pipeline, the store and HTTP: with our own reader over the decoder before. */
  readonly verify_12mp_vs_before: number;
  /** Shipped over plainly converted float32, in workerd. */
  readonly encoder_vs_plain_fp32: number;
  /** Shipped in workerd over float32 in native onnxruntime on one thread. */
  readonly encoder_vs_native: number;
  /** One network of the encoder, both in workerd: on the kernels over its ONNX file on onnxruntime-web. */
  readonly encoder_kernels_vs_onnxruntime: number;
  /** Detection, landmarks and encoding of a photo of 0.3 MP, decoding left out. */
  readonly pipeline_kernels_vs_onnxruntime: number;
}

/** MB, 10^6 bytes. */
export interface MemoryFigures extends MixedMemory {
  /** Highest peak of any load. */
  readonly peak_mb: number;
  readonly by_load: readonly LoadMemory[];
}

export function memoryReport(mixed: MixedMemory, byLoad: readonly LoadMemory[]): MemoryFigures {
  const peaks = byLoad.map(({ peak }) => peak.totalMb);
  return { ...mixed, peak_mb: Math.max(mixed.mixed_peak_mb, ...peaks), by_load: byLoad };
}

export interface Run {
  readonly startedAt: Date;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly load: { readonly before: number; readonly after: number };
  readonly models: Manifest;
  readonly bundle: readonly ModuleSize[];
  readonly memory: MemoryFigures;
  readonly rows: readonly Row[];
}

export interface Report {
  readonly ratios: Ratios;
  readonly cold: Readonly<Record<string, number>>;
  readonly memory: MemoryFigures;
  readonly bundle: {
    readonly bytes: number;
    readonly gzip_bytes: number;
    readonly files: readonly ModuleSize[];
  };
  readonly machine: Machine & { readonly load: Run["load"] };
  readonly models: {
    readonly encoder: string;
    readonly detectors: readonly string[];
    readonly landmarks: string;
  };
  readonly started_at: string;
  readonly quick: boolean;
  readonly rows: readonly Row[];
}

export function summariseRun(run: Run): Report {
  const { rows, bundle, models } = run;
  const verify = (name: string) => p50Of(rows, { section: "verify", name, photo: "12 MP" });
  const encoder = (name: string) => p50Of(rows, { section: "encoder", name });
  const cold = (name: string, photo?: string) =>
    p50Of(rows, { section: "cold", name, ...(photo && { photo }) });
  const shipped = encoder("shipped, workerd");
  const decode = (name: string) => p50Of(rows, { section: "decode", name });
  const stage = (name: string) => p50Of(rows, { section: "stage", name, photo: "12 MP" });
  const around = stage("key, directory, KV") + stage("HTTP");
  const djpeg = decode("djpeg");
  const networks = (name: string) => p50Of(rows, { section: "networks", name, photo: "0.3 MP" });
  return {
    ratios: {
      verify_12mp_vs_naive: verify("workerd") / verify("naive edge"),
      verify_12mp_vs_faceapi: verify("workerd") / verify("face-api"),
      decode_vs_before: decode("ours") / decode("before"),
      decode_vs_djpeg: Number.isNaN(djpeg) ? null : decode("ours") / djpeg,
      verify_12mp_vs_before: (decode("pipeline, ours") + around) / (decode("pipeline, before") + around),
      encoder_vs_plain_fp32: shipped / encoder("float32 as converted, workerd"),
      encoder_vs_native: shipped / encoder("float32 folded, native"),
      encoder_kernels_vs_onnxruntime: shipped / encoder("shipped as ONNX, onnxruntime-web in workerd"),
      pipeline_kernels_vs_onnxruntime: networks("kernels") / networks("onnxruntime"),
    },
    cold: {
      ready_to_first_answer_ms: cold("workerd: ready to first answer", "0.3 MP"),
      ready_to_first_answer_12mp_ms: cold("workerd: ready to first answer", "12 MP"),
      start_to_ready_ms: cold("workerd: start to ready"),
      wrangler_dev_ready_to_first_answer_ms: cold("wrangler dev: ready to first answer"),
      wrangler_dev_start_to_ready_ms: cold("wrangler dev: start to ready"),
      startup_ms: cold("wrangler check startup: active"),
    },
    memory: run.memory,
    bundle: {
      bytes: bundle.reduce((sum, { bytes }) => sum + bytes, 0),
      gzip_bytes: bundle.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0),
      files: bundle,
    },
    machine: { ...run.machine, load: run.load },
    models: { encoder: encoderInUse(models).id, detectors: models.detectors, landmarks: models.landmarks },
    started_at: run.startedAt.toISOString(),
    quick: run.quick,
    rows,
  };
}
