/**
 * Measures the first of the encoder's networks alone: as shipped, in float32, and as converted, in one workerd; and
 * natively on one thread.
 */
import * as ort from "onnxruntime-node";
import { artifactOf } from "../../../src/inference/kernels/engine.ts";
import { type Contender, interleave } from "../instruments/statistics.ts";
import { foldedFile, type Networks, plainFile } from "../setup/networks.ts";
import type { Photos } from "../setup/photos.ts";
import { type Row, row } from "./results.ts";
import { post } from "./stages.ts";

interface EncoderAnswer {
  readonly ms: number;
  readonly embedding: readonly number[];
  readonly crop: readonly number[];
}

const repeat = 10;
/** Least cosine to float32's embedding; a quantized network's embedding is near it, not equal. */
const leastCosine = { shipped: 0.97, float32: 0.9999 };

export async function measureEncoder(
  worker: URL,
  { manifest, files }: Networks,
  photos: Photos,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const [id] = manifest.encoder;
  const variants = {
    "shipped, workerd": artifactOf(manifest.models[id]).file,
    "shipped as ONNX, onnxruntime-web in workerd": manifest.models[id].file,
    "float32 folded, workerd": foldedFile(id),
    "float32 as converted, workerd": plainFile(id),
  };
  await post(worker, "/stages", photos.person["0.3 MP"].bytes);
  const ask = (file: string, times: number) =>
    post<EncoderAnswer>(worker, `/encoder?file=${encodeURIComponent(file)}&repeat=${times}`);

  const reference = await ask(plainFile(id), 1);
  const crop = Float32Array.from(reference.crop);
  const contenders: Record<string, Contender> = {};
  for (const [name, file] of Object.entries(variants)) {
    const { embedding } = await ask(file, 1);
    const least = [plainFile(id), foldedFile(id)].includes(file) ? leastCosine.float32 : leastCosine.shipped;
    checkSame(name, embedding, reference.embedding, least);
    contenders[name] = async () => (await ask(file, repeat)).ms;
  }
  for (const [name, file] of [
    ["float32 folded, native", foldedFile(id)],
    ["shipped, native", manifest.models[id].file],
  ]) {
    const session = await ort.InferenceSession.create(files.get(file)!, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    const { name: inputName, shape } = manifest.models[id].input;
    const feeds = { [inputName]: new ort.Tensor("float32", crop, [...shape]) };
    const said = await session.run(feeds);
    const [output] = Object.values(said);
    checkSame(name, [...(output.data as Float32Array)], reference.embedding, leastCosine.shipped);
    contenders[name] = async () => {
      const startedAt = performance.now();
      for (let i = 0; i < repeat; i++) await session.run(feeds);
      return (performance.now() - startedAt) / repeat;
    };
  }
  const samples = await interleave(contenders, rounds, 3);
  say("encoder: measured");
  return Object.entries(samples).map(([name, times]) => row({ section: "encoder", name }, times));
}

function checkSame(name: string, a: readonly number[], b: readonly number[], least: number): void {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  const cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  if (!(cosine >= least))
    throw new Error(`${name}: its embedding has a cosine of ${cosine} to the reference`);
}
