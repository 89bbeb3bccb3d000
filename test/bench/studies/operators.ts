/**
 * Measures the time of the encoder's first network operator by operator, in workerd: as converted, and as shipped.
 *
 *     node test/bench/studies/operators.ts
 *
 * It prints a table in Markdown. Each operator with its own weights and shapes becomes a network of its own, once
 * with sixteen copies of it and once with one: the difference excludes the cost of a run itself.
 */

import { join } from "node:path";
import { atPrecision } from "../../../model/convert/artifact.ts";
import type { Constant, Graph, Node, Value } from "../../../model/convert/graph.ts";
import { writeOnnx } from "../../../model/convert/onnx/writer.ts";
import { convertPlainly } from "../../../model/convert/prepare.ts";
import { recipes } from "../../../model/convert/recipes.ts";
import { readManifest } from "../../../model/runtime.ts";
import { median } from "../instruments/statistics.ts";
import { post, putFiles } from "../measure/stages.ts";
import { startWorkerd } from "../service/workerd.ts";
import { bundle } from "../setup/bundle.ts";

const copies = 16;
const rounds = 7;

/** Consecutive nodes from float32 to float32: a quantized product includes its conversions and its fine codes. */
interface Unit {
  readonly kind: string;
  readonly nodes: readonly Node[];
  readonly input: Value;
  readonly output: Value;
}

/** True when a later node reads another result than the last one's, or the last one's result is not float32. */
function isOpen(nodes: readonly Node[], graph: Graph): boolean {
  const last = nodes.at(-1)!;
  if (["QuantizeLinear", "MatMulInteger", "Reshape"].includes(last.op)) return true;
  const later = graph.nodes.slice(graph.nodes.indexOf(last) + 1);
  return nodes.slice(0, -1).some(({ outputs }) => later.some(({ inputs }) => inputs.includes(outputs[0])));
}

function unitsOf(graph: Graph): Unit[] {
  const shapes = new Map([...graph.shapes, [graph.input.name, graph.input.shape]]);
  const units: Unit[] = [];
  let nodes: Node[] = [];
  for (const node of graph.nodes) {
    const isFree = (node.op === "Cast" || node.op === "Reshape") && nodes.length === 0;
    if (isFree) continue;
    nodes.push(node);
    if (isOpen(nodes, graph)) continue;
    const name = nodes[0].inputs.find((each) => each !== "" && !isWeight(graph, each)) ?? graph.input.name;
    const input = { name, shape: shapes.get(name)! };
    const output = { name: node.outputs[0], shape: shapeAfter(graph, nodes, input) };
    shapes.set(output.name, output.shape);
    units.push({ kind: kindOf(nodes), nodes, input, output });
    nodes = [];
  }
  return units;
}

/**
 * Returns the shape of a unit's result. Around integer products values have rows, [1,C,HW], that the graph does not
 * list; sums and biases keep the shape of their input.
 */
function shapeAfter(graph: Graph, nodes: readonly Node[], input: Value): readonly number[] {
  const product = nodes.find(({ op }) => op === "MatMulInteger");
  const listed = graph.shapes.get(nodes.at(-1)!.outputs[0]);
  if (product === undefined) return listed ?? input.shape;
  const [, , ...side] = input.shape;
  const [, outputs] = graph.constants.get(product.inputs[0])!.shape;
  return [1, outputs, side.reduce((pixels, length) => pixels * length, 1)];
}

/** True for a constant, and for one that is widened when the session is created. */
function isWeight(graph: Graph, name: string): boolean {
  return (
    graph.constants.has(name) || graph.nodes.some(({ op, outputs }) => op === "Cast" && outputs[0] === name)
  );
}

function kindOf(nodes: readonly Node[]): string {
  if (nodes.some(({ op }) => op === "MatMulInteger")) return "1x1 convolution, 8-bit products";
  const [{ op, attributes }] = nodes;
  if (op !== "Conv") return op;
  const [height, width] = attributes.kernel_shape as number[];
  return `${height}x${width} convolution${attributes.group === 1 ? "" : ", depthwise"}, float32`;
}

/** Repeats the unit `times` times: in a row when its result can be its input, else side by side. */
function repeated(graph: Graph, { nodes, input, output }: Unit, times: number): Graph {
  const constants = new Map<string, Constant>();
  const casts = graph.nodes.filter(({ op }) => op === "Cast");
  const built: Node[] = [];
  const isChain = input.shape.join() === output.shape.join();
  let from = input.name;
  for (let copy = 0; copy < times; copy++) {
    const rename = (name: string): string => {
      if (name === "") return name;
      if (graph.constants.has(name)) {
        constants.set(`${name}#${copy}`, graph.constants.get(name)!);
        return `${name}#${copy}`;
      }
      const cast = casts.find(({ outputs }) => outputs[0] === name);
      if (cast !== undefined) {
        built.push({ ...cast, inputs: cast.inputs.map(rename), outputs: [`${name}#${copy}`] });
        return `${name}#${copy}`;
      }
      if (nodes.some(({ outputs }) => outputs[0] === name)) return `${name}#${copy}`;
      return name === input.name ? from : input.name;
    };
    for (const node of nodes) {
      const inputs = node.inputs.map(rename);
      built.push({ ...node, inputs, outputs: [`${node.outputs[0]}#${copy}`] });
    }
    if (isChain) from = `${output.name}#${copy}`;
  }
  const last = `${output.name}#${times - 1}`;
  return {
    name: "unit",
    input: { name: "input", shape: input.shape },
    outputs: [{ name: last, shape: output.shape }],
    nodes: built.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => (name === input.name ? "input" : name)),
    })),
    constants,
    shapes: new Map(),
  };
}

async function main(): Promise<void> {
  const [id] = readManifest().encoder;
  const recipe = recipes.find((each) => each.id === id)!;
  const variants = { converted: convertPlainly(recipe), shipped: atPrecision(recipe) };
  const worker = await startWorkerd(
    bundle(join(import.meta.dirname, "../workers/stages.ts"), "stages", "bench"),
  );
  const totals = new Map<string, Record<string, { count: number; ms: number }>>();
  for (const [variant, graph] of Object.entries(variants)) {
    for (const unit of unitsOf(graph)) {
      const time = async (times: number) => {
        const onnx = repeated(graph, unit, times);
        const file = `unit-${times}.onnx`;
        await putFiles(worker.url, new Map([[file, new Uint8Array(writeOnnx(onnx))]]));
        const query = new URLSearchParams({
          file,
          shape: onnx.input.shape.join(),
          output: onnx.outputs[0].name,
        });
        const once = async () => (await post<{ ms: number }>(worker.url, `/run?${query}`)).ms;
        await once();
        const samples: number[] = [];
        for (let round = 0; round < rounds; round++) samples.push(await once());
        return median(samples);
      };
      const ms = Math.max(0, ((await time(copies)) - (await time(1))) / (copies - 1));
      const row = totals.get(unit.kind) ?? {};
      const { count, ms: before } = row[variant] ?? { count: 0, ms: 0 };
      totals.set(unit.kind, { ...row, [variant]: { count: count + 1, ms: before + ms } });
    }
  }
  await worker.stop();
  console.log("| operator | as converted, ms | as shipped, ms |\n|---|---|---|");
  const show = (cell?: { count: number; ms: number }) =>
    cell === undefined ? "" : `${cell.ms.toFixed(2)} (${cell.count})`;
  for (const [kind, { converted, shipped }] of totals)
    console.log(`| ${kind} | ${show(converted)} | ${show(shipped)} |`);
  const sum = (variant: string) =>
    [...totals.values()].reduce((total, row) => total + (row[variant]?.ms ?? 0), 0).toFixed(1);
  console.log(`| sum | ${sum("converted")} | ${sum("shipped")} |`);
}

await main();
