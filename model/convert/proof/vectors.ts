/** Golden vectors: outputs of another implementation on the sources' own files, for tests of the artifacts. */
import type { Recipe } from "../recipes.ts";
import { normalise, seededImage } from "./images.ts";
import { asTheSourceTakesIt } from "./prove.ts";
import { openReference, referenceVersion } from "./reference.ts";

export interface VectorsFile {
  readonly generator: string;
  readonly model: string;
  readonly cases: readonly VectorCase[];
}

export interface VectorCase {
  /** Seed of `seededImage`, whose result is normalised as in the manifest. */
  readonly seed: number;
  readonly outputs: readonly SampledOutput[];
}

/** Every `stride`-th value of an output, from the first. */
export interface SampledOutput {
  readonly name: string;
  readonly length: number;
  readonly stride: number;
  /** Maximum minus minimum of the whole output, or the magnitude of a single number; tolerances are shares of it. */
  readonly range: number;
  readonly values: readonly number[];
}

const seeds = [100, 101, 102];
const maxValues = 200;

export async function makeVectors(recipe: Recipe): Promise<VectorsFile> {
  const { input, outputs } = recipe.descriptor;
  const reference = await openReference(recipe);
  const cases: VectorCase[] = [];
  for (const seed of seeds) {
    const image = normalise(seededImage(seed, input.shape.slice(1)), input);
    const results = await reference(asTheSourceTakesIt(image, recipe));
    cases.push({ seed, outputs: outputs.map(({ name }, i) => sample(name, results[i])) });
  }
  const { package: name, version, path } = recipe.source;
  return { generator: `${referenceVersion(recipe)}, on ${name}@${version} ${path}`, model: recipe.id, cases };
}

function sample(name: string, output: Float32Array): SampledOutput {
  // The stride is odd, so that it never keeps step with the 16 values of an anchor.
  const stride = output.length <= maxValues ? 1 : 2 * Math.ceil(output.length / maxValues / 2) + 1;
  const values = output.filter((_, i) => i % stride === 0);
  const [high, low] = [output.reduce((a, b) => Math.max(a, b)), output.reduce((a, b) => Math.min(a, b))];
  const range = output.length === 1 ? Math.abs(high) : high - low;
  return { name, length: output.length, stride, range: round(range), values: Array.from(values, round) };
}

function round(value: number): number {
  return Number(value.toPrecision(7));
}
