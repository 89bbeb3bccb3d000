/** The charts of the bench's page, from its rows. */
import type { Row } from "../measure/results.ts";
import { stageNames } from "../measure/stages.ts";
import { sizes } from "../setup/photos.ts";
import { type Bar, barChart } from "./bars.ts";
import { decadeTicks, evenTicks, lineChart, type Series } from "./lines.ts";
import type { Report } from "./report.ts";

const megapixels = new Map<string, number>(
  sizes.map(({ label, width, height }) => [label, (width * height) / 1e6]),
);
const sizeAxis = {
  title: "Photo, megapixels",
  scale: "log",
  from: 0.045,
  to: 17,
  ticks: sizes.map(({ label }) => ({ value: megapixels.get(label)!, label: label.replace(" MP", "") })),
} as const;

function rowsOf({ rows }: Report, section: Row["section"]): Row[] {
  return rows.filter((row) => row.section === section);
}

const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en-US")} ms`;

export function verifyChart(report: Report): string {
  const rows = rowsOf(report, "verify");
  const names = [...new Set(rows.map(({ name }) => name))];
  const series: Series[] = names.map((name, colour) => ({
    name: name === "workerd" || name === "wrangler dev" ? `sameface, ${name}` : name,
    colour,
    points: rows
      .filter((row) => row.name === name)
      .map(({ photo, p10, p50, p90 }) => ({ x: megapixels.get(photo!)!, y: p50, low: p10, high: p90 })),
  }));
  const from = Math.min(...rows.map(({ p10 }) => p10)) / 1.3;
  const to = Math.max(...rows.map(({ p90 }) => p90)) * 1.3;
  const y = { title: "One verification, ms", scale: "log", from, to, ticks: decadeTicks(from, to) } as const;
  return lineChart({ x: sizeAxis, y, series, description: "Time of one verification by size of the photo" });
}

export function stageChart(report: Report): string {
  const rows = rowsOf(report, "stage");
  const bars: Bar[] = sizes.map(({ label }) => {
    const parts = stageNames.map((name, colour) => ({
      name,
      colour,
      value: rows.find((row) => row.name === name && row.photo === label)!.p50,
    }));
    return { name: label, parts, label: milliseconds(parts.reduce((sum, { value }) => sum + value, 0)) };
  });
  return barChart("Median of each stage, ms", bars, "Stages of a verification by size of the photo");
}

export function encoderChart(report: Report): string {
  const rows = rowsOf(report, "encoder").toSorted((a, b) => a.p50 - b.p50);
  const bars = rows.map(({ name, p50 }) => ({
    name,
    parts: [{ name, colour: name.startsWith("shipped, w") ? 0 : 7, value: p50 }],
    label: milliseconds(p50),
  }));
  return barChart("One face, median, ms", bars, "Time of the encoder alone");
}

export function loadChart(report: Report): string {
  const rows = rowsOf(report, "load").filter(({ name }) => name === "verify, workerd");
  const series: Series[] = sizes.map(({ label }, colour) => ({
    name: label,
    colour,
    points: rows
      .filter(({ photo }) => photo === label)
      .map(({ connections, p50, p95 }) => ({ x: connections!, y: p50, low: p50, high: p95 })),
  }));
  const from = Math.min(...rows.map(({ p50 }) => p50)) / 1.3;
  const to = Math.max(...rows.map(({ p95 }) => p95)) * 1.3;
  const counts = [...new Set(rows.map(({ connections }) => connections!))];
  const ticks = counts.map((value) => ({ value, label: String(value) }));
  const x = { title: "Connections", scale: "log", from: 0.8, to: 20, ticks } as const;
  const y = {
    title: "Verify, ms (p50, up to p95)",
    scale: "log",
    from,
    to,
    ticks: decadeTicks(from, to),
  } as const;
  return lineChart({ x, y, series, description: "Latency by number of connections" });
}

export function coldChart(report: Report): string {
  const cold = rowsOf(report, "cold");
  const step = (name: string, photo: string) =>
    cold.find((row) => row.name === `step: ${name}` && row.photo === photo)?.p50 ?? 0;
  const { encoder, detectors, landmarks } = report.models;
  const bars = ["0.3 MP", "12 MP"].map((photo): Bar => {
    const loads = [detectors[0], landmarks, encoder].map((id, index) => ({
      name: index === 0 ? `start onnxruntime, load ${id}` : `load ${id}`,
      colour: index,
      value: step(`load ${id}`, photo),
    }));
    const fill = (role: string) => step(`${role} fill`, photo);
    const run = (role: string) => step(`${role} run`, photo) - fill(role);
    const first = [
      { name: "decode", colour: 4, value: step("decode", photo) },
      { name: "sample", colour: 5, value: fill("detector") + fill("landmarks") + fill("encoder") },
      { name: "networks, first runs", colour: 6, value: run("detector") + run("landmarks") + run("encoder") },
    ];
    const parts = [...loads, ...first];
    const answer = cold.find((row) => row.name === "workerd: ready to first answer" && row.photo === photo);
    return {
      name: `${photo}, new isolate`,
      parts,
      label: answer ? `answer: ${milliseconds(answer.p50)}` : "",
    };
  });
  return barChart("Steps to the first embedding, ms", bars, "Where the first answer's time goes");
}

export function memoryChart(report: Report): string {
  const { held } = report.memory;
  const line = (name: string, colour: number, value: (at: (typeof held)[number]) => number): Series => ({
    name,
    colour,
    points: held.map((at) => ({ x: at.requests, y: value(at) })),
  });
  const series = [
    line("all", 0, ({ totalMb }) => totalMb),
    line("WebAssembly: networks and codecs", 1, ({ wasmMb }) => wasmMb),
    line("buffers", 2, ({ buffersMb }) => buffersMb),
    line("JavaScript heap", 3, ({ heapMb }) => heapMb),
  ];
  const last = held[held.length - 1].requests;
  const x = {
    title: "Requests answered",
    scale: "linear",
    from: 0,
    to: last * 1.02,
    ticks: evenTicks(last, 6),
  } as const;
  const y = {
    title: "After collection, MB",
    scale: "linear",
    from: 0,
    to: 128,
    ticks: evenTicks(128, 6),
  } as const;
  return lineChart({ x, y, series, description: "Memory of the isolate as requests go through it" });
}
