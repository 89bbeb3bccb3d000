/** An isolate's memory by load, as a table in text. */
import type { LoadMemory } from "../measure/memory-by-load.ts";

const columns = [
  ["load", (at) => at.load + (at.inTurns ? ", after all others" : "")],
  ["conn.", (at) => at.connections],
  ["peak, MB", (at) => at.peak.totalMb.toFixed(1)],
  ["heap", (at) => at.peak.heapMb.toFixed(1)],
  ["buffers", (at) => at.peak.buffersMb.toFixed(1)],
  ["wasm", (at) => at.peak.wasmMb.toFixed(1)],
  ["collected", (at) => at.after.totalMb.toFixed(1)],
  ["process", (at) => at.processPeakMb.toFixed(0)],
  ["looks", (at) => at.looks],
  ["gap, ms", (at) => at.longestGapMs.toFixed(0)],
  ["200 a s", (at) => at.perSecond.toFixed(1)],
  ["p50", (at) => at.p50.toFixed(0)],
  ["p99", (at) => at.p99.toFixed(0)],
  ["answers", (at) => list(at.answers)],
  ["0.06 MP beside: p50", (at) => at.small.p50.toFixed(0)],
  ["p99", (at) => at.small.p99.toFixed(0)],
  ["answers", (at) => list(at.small.answers)],
] as const satisfies readonly (readonly [string, (at: LoadMemory) => string | number])[];

export function memoryTable(figures: readonly LoadMemory[]): string {
  const lines = [columns.map(([title]) => title), columns.map(() => "---")];
  for (const figure of figures) lines.push(columns.map(([, value]) => String(value(figure))));
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`).join("\n");
}

function list(answers: Readonly<Record<string, number>>): string {
  return Object.entries(answers)
    .map(([name, count]) => `${count} x ${name}`)
    .join(", ");
}
