/** The bench's page: one HTML file that needs no network, no script and no other file. */
import { escapeText } from "../../../model/evaluate/report/plot.ts";
import { styles } from "../../../model/evaluate/report/styles.ts";
import { coldChart, encoderChart, loadChart, memoryChart, stageChart, verifyChart } from "./charts.ts";
import { memoryTable } from "./memory-table.ts";
import type { Report } from "./report.ts";

const colours = [
  "#1477b8",
  "#d9622b",
  "#2a9d6f",
  "#8a5cc2",
  "#c9a227",
  "#d14d72",
  "#4aa3a2",
  "#8b949e",
  "#5b6ee1",
  "#a6734a",
  "#6b7280",
];

const ownStyles = `
${colours.map((colour, index) => `.c${index} { --colour: ${colour}; }`).join("\n")}
.fill { fill: var(--colour); }
.series { fill: none; stroke: var(--colour); stroke-width: 2.25; stroke-linejoin: round; }
.whisker { stroke: var(--colour); stroke-width: 2; opacity: 0.45; }
.dot { fill: var(--card); stroke: var(--colour); stroke-width: 2.25; }
.keys { margin: 4px 12px 8px; font-size: 13px; }
.key { margin-right: 16px; white-space: nowrap; }
.key::before { content: ""; display: inline-block; width: 11px; height: 11px; margin-right: 7px; border-radius: 3px; background: var(--colour); }
td.number, th.number { text-align: right; }
details { margin-top: 24px; }
summary { cursor: pointer; color: var(--soft); }
.wide { overflow-x: auto; }
`;

export function renderPage(report: Report): string {
  const { machine, ratios, cold, memory, bundle } = report;
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const figures = [
    card("12 MP photo, end to end", times(ratios.verify_12mp_vs_naive), "of the naive edge's time"),
    card("12 MP photo, end to end", times(ratios.verify_12mp_vs_faceapi), "of face-api's time in Node"),
    card("Encoder, in workerd", times(ratios.encoder_vs_plain_fp32), "of the network as converted"),
    card("First answer", `${Math.round(cold.ready_to_first_answer_ms)} ms`, "from ready, in workerd"),
    card("Memory at its peak", `${Math.round(memory.peak_mb)} MB`, "heap, buffers and WebAssembly"),
    card("Bundle", mb(bundle.gzip_bytes), `gzipped; ${mb(bundle.bytes)} raw`),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sameface: measured speed</title>
<style>${styles}${ownStyles}</style>
<main>
<header>
<h1>How long does an answer take?</h1>
<p>sameface beside a first attempt at the same service and two libraries, in one run: the same photos, everyone in turn, answers checked before they were timed. Medians; whiskers reach from the 10th to the 90th percentile.</p>
<p class="aside">${escapeText(machine.processor)}, ${machine.cores} cores, ${machine.memoryGb} GB; ${escapeText(report.started_at)}${report.quick ? "; <b>a quick run, of few repetitions</b>" : ""}. Processes waiting for a core, a minute's mean: ${machine.load.before.toFixed(1)} before, ${machine.load.after.toFixed(1)} after; other work beside the bench stretches every figure, ratios less.</p>
</header>
<div class="cards">${figures.join("")}</div>
${section("One verification", "Photo in, decision out. sameface and the naive edge over HTTP; face-api and human called directly in Node.", verifyChart(report))}
${section("Where the time goes", "Each stage inside workerd, warm.", stageChart(report))}
${section("The encoder alone", "The same crop of a face through every form of the same network.", encoderChart(report))}
${section("Under load", "One isolate computes on one core: requests wait for each other.", loadChart(report))}
${section("The first answer", "In an isolate that has done nothing yet: models are loaded, code is compiled as it is first reached.", coldChart(report))}
${section("Memory", "Of the 128 MB that an isolate has.", memoryChart(report))}
<details><summary>Memory by load (MB, ms)</summary><div class="wide"><pre>${escapeText(memoryTable(memory.by_load))}</pre></div></details>
${versions(report)}
${table(report)}
</main>
</html>
`;
}

function times(ratio: number): string {
  return ratio < 0.1 ? `${(ratio * 100).toFixed(1)} %` : `${Math.round(ratio * 100)} %`;
}

function card(title: string, figure: string, note: string): string {
  return `<div class="card"><h3>${title}</h3><strong>${figure}</strong><p>${note}</p></div>`;
}

function section(title: string, text: string, chart: string): string {
  return `<section><h2>${title}</h2><p>${text}</p><figure>${chart}</figure></section>`;
}

function versions({ machine, models }: Report): string {
  const list = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const used = [...models.detectors, models.landmarks, models.encoder].join(", ");
  return `<h2>Versions</h2><p>${escapeText(list.join(", "))}. Models: ${escapeText(used)}.</p>`;
}

const columns = ["p10", "p50", "p90", "p95", "p99", "cpuMs", "perCoreSecond"] as const;

function table({ rows }: Report): string {
  const cell = (value: number | undefined) =>
    `<td class="number">${value === undefined ? "" : value.toFixed(2)}</td>`;
  const body = rows.map(
    (row) =>
      `<tr><td>${row.section}</td><td>${escapeText(row.name)}</td><td>${row.photo ?? ""}</td><td class="number">${row.connections ?? ""}</td><td class="number">${row.n}</td>${columns.map((column) => cell(row[column])).join("")}</tr>`,
  );
  const head = [
    "section",
    "name",
    "photo",
    "connections",
    "n",
    ...columns.slice(0, 5),
    "processor, ms",
    "a core-second",
  ];
  return `<details><summary>All ${rows.length} rows (ms)</summary><div class="wide"><table><tr>${head.map((name) => `<th>${name}</th>`).join("")}</tr>${body.join("")}</table></div></details>`;
}
