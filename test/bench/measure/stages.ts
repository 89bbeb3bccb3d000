/**
 * Measures a request's time by part: the pipeline's parts inside workerd, and the rest by requests that stop earlier.
 */
import { timeDjpeg } from "../decoders/djpeg.ts";
import { interleave } from "../instruments/statistics.ts";
import { subject } from "../service/client.ts";
import { apiKey } from "../service/settings.ts";
import { type Photos, type SizeLabel, sizes } from "../setup/photos.ts";
import { type Row, row } from "./results.ts";

/** Parts of one verification, in order. */
export const stageNames = [
  "decode",
  "detect: sample",
  "detect: network",
  "landmarks: sample",
  "landmarks: network",
  "encode: sample",
  "encode: network",
  "compare",
  "pipeline, rest",
  "key, directory, KV",
  "HTTP",
] as const;

interface StageAnswer {
  readonly ms: Readonly<Record<string, number>>;
}

/** @param service where `subject` is enrolled */
export async function measureStages(
  worker: URL,
  service: URL,
  photos: Photos,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const samples: Record<SizeLabel, Record<string, number>[]> = {
    "0.06 MP": [],
    "0.3 MP": [],
    "3 MP": [],
    "12 MP": [],
  };
  const contenders = sizes.map(({ label }) => [
    label,
    async () => {
      const { ms } = await post<StageAnswer>(worker, "/stages?repeat=5", photos.person[label].bytes);
      samples[label].push(split(ms));
      return ms.pipeline;
    },
  ]);
  const around = {
    HTTP: () => timeGet(service, "/healthz"),
    "HTTP and store": () => timeGet(service, `/v1/subjects/${subject}`),
  };
  const outside = await interleave({ ...Object.fromEntries(contenders), ...around }, rounds, 4);
  say("stages: measured");
  const store = outside["HTTP and store"].map((ms, round) => Math.max(0, ms - outside.HTTP[round]));
  return sizes.flatMap(({ label }) =>
    stageNames.map((name) => {
      const inside = samples[label].slice(-rounds).map((stages) => stages[name]);
      const kept = name === "HTTP" ? outside.HTTP : name === "key, directory, KV" ? store : inside;
      return row({ section: "stage", name, photo: label }, kept);
    }),
  );
}

/**
 * Times a photo of 12 megapixels through the pipeline with our own JPEG reader and with the decoder before, and through
 * djpeg where that is installed.
 */
export async function measureDecoders(
  worker: URL,
  photos: Photos,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const photo = photos.person["12 MP"];
  const kept: Record<string, number[]> = {};
  const on = (engine: string) => async () => {
    const { ms } = await post<StageAnswer>(worker, `/stages?repeat=5&engine=${engine}`, photo.bytes);
    kept[engine] = [...(kept[engine] ?? []), ms.decode];
    return ms.pipeline;
  };
  const samples = await interleave({ kernels: on("kernels"), before: on("before") }, rounds, 2);
  const djpeg = timeDjpeg(photo.bytes);
  say(Number.isNaN(djpeg) ? "decoders: measured, without djpeg, which is not there" : "decoders: measured");
  const names = { kernels: "ours", before: "before" } as const;
  const rows = Object.entries(samples).flatMap(([engine, pipeline]) => {
    const name = names[engine as keyof typeof names];
    return [
      row({ section: "decode", name, photo: "12 MP" }, kept[engine].slice(-rounds)),
      row({ section: "decode", name: `pipeline, ${name}`, photo: "12 MP" }, pipeline),
    ];
  });
  return [...rows, row({ section: "decode", name: "djpeg", photo: "12 MP" }, [djpeg])];
}

/** Times detection, landmarks and encoding on both engines, with sampling from the photo but without decoding. */
export async function measureNetworks(
  worker: URL,
  photos: Photos,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const on = (engine: string) => async () => {
    const path = `/stages?repeat=5&engine=${engine}`;
    const { ms } = await post<StageAnswer>(worker, path, photos.person["0.3 MP"].bytes);
    return ms["detector run"] + ms["landmarks run"] + ms["encoder run"];
  };
  const contenders = { kernels: on("kernels"), onnxruntime: on("onnxruntime") };
  const samples = await interleave(contenders, rounds, 3);
  say("networks: measured");
  return Object.entries(samples).map(([name, times]) =>
    row({ section: "networks", name, photo: "0.3 MP" }, times),
  );
}

function split(ms: Readonly<Record<string, number>>): Record<string, number> {
  const networks = (ms["detector run"] ?? 0) + (ms["landmarks run"] ?? 0) + (ms["encoder run"] ?? 0);
  return {
    decode: ms.decode,
    "detect: sample": ms["detector fill"],
    "detect: network": ms["detector run"] - ms["detector fill"],
    "landmarks: sample": ms["landmarks fill"],
    "landmarks: network": ms["landmarks run"] - ms["landmarks fill"],
    "encode: sample": ms["encoder fill"],
    "encode: network": ms["encoder run"] - ms["encoder fill"],
    compare: ms["compare x 1000"] / 1000,
    "pipeline, rest": Math.max(0, ms.pipeline - ms.decode - networks),
  };
}

async function timeGet(service: URL, path: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(new URL(path, service), { headers: { Authorization: `Bearer ${apiKey}` } });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return performance.now() - startedAt;
}

/** Sends a POST with a body, a GET without. */
export async function post<T>(worker: URL, path: string, body?: Uint8Array<ArrayBuffer>): Promise<T> {
  const init = body === undefined ? {} : { method: "POST", body };
  const response = await fetch(new URL(path, worker), { ...init, signal: AbortSignal.timeout(300_000) });
  const answer = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(`${path}: ${answer.error}`);
  return answer;
}

/** Gives a bench-only Worker the models that the manifest names, and the baselines. */
export async function putFiles(
  worker: URL,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<void> {
  for (const [name, body] of files) {
    const response = await fetch(new URL(`/files/${name}`, worker), { method: "PUT", body });
    if (!response.ok) throw new Error(`PUT /files/${name}: ${response.status}`);
    await response.arrayBuffer();
  }
}
