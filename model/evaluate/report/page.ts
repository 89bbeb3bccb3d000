/** The report: one HTML file that needs no network, no script and no other file. */

import type { Evaluation } from "../evaluate.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import { formatFigure, type Summary } from "../summary.ts";
import { discardCharts } from "./discard-curves.ts";
import { detChart, rocChart } from "./error-curves.ts";
import { histogramChart } from "./histogram.ts";
import { byPhotosSection, groupsSection } from "./person-sections.ts";
import { escapeText, percent } from "./plot.ts";
import { styles } from "./styles.ts";
import type { ShownTrial, WorstTrials } from "./worst.ts";

/** @param pictures `data:` URIs by image path; an image without one is shown by name only */
export function renderPage(
  evaluation: Evaluation,
  summary: Summary,
  worst: WorstTrials,
  pictures: ReadonlyMap<string, string>,
): string {
  const { counts } = summary;
  const threshold = (summary.at_shipped_threshold?.threshold as number | undefined) ?? null;
  const number = (value: number) => value.toLocaleString("en-US");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Face verification: ${escapeText(summary.encoder)}</title>
<style>${styles}</style>
<main>
<header>
<h1>Are these two photos the same person?</h1>
<p>How often <b>${escapeText(summary.encoder)}</b> answers wrongly, measured on ${number(counts.images)} photos of ${number(counts.people)} people: ${number(counts.genuine_trials)} comparisons of a person with themself (genuine) and ${number(counts.impostor_trials)} with a stranger (impostor).</p>
</header>
${cards(summary)}
<p class="aside">Small figures are 95 % intervals over people. TAR: true accept rate, the share of genuine comparisons accepted. FMR: false match rate, the share of strangers accepted.</p>
<section>
<h2>Error trade-off</h2>
<p>A stricter threshold lets in fewer strangers and turns away more of the right people. Lower and further left is better; the band holds 95 % of resamples of the people. The grey strip has too few comparisons for a claim.</p>
<figure>${detChart(evaluation)}</figure>
</section>
<section>
<h2>Distances</h2>
<p>${legend("genuine", "One person")} ${legend("impostor", "Two people")} ${threshold === null ? "" : legend("threshold", `Threshold in use, ${threshold.toFixed(4)}`)}</p>
<figure class="tabs">
<input type="radio" name="axis" id="linear" checked><label for="linear">Bulk</label>
<input type="radio" name="axis" id="logarithmic"><label for="logarithmic">Tails (logarithmic)</label>
<div class="linear">${histogramChart(evaluation, "linear", threshold)}</div>
<div class="logarithmic">${histogramChart(evaluation, "logarithmic", threshold)}</div>
</figure>
</section>
<section>
<h2>Receiver operating characteristic</h2>
<p>The same comparisons by the share of right people let in. Higher and further left is better.</p>
<figure>${rocChart(evaluation)}</figure>
</section>
${byPhotosSection(summary.by_photos)}
${groupsSection(summary.groups)}
${quality(evaluation)}
<section>
<h2>Nearest strangers</h2>
<p>The worst impostor comparisons. Look for wrong labels first: a person under two names is no error of the encoder.</p>
${gallery(worst.falseMatches, pictures, threshold)}
</section>
<section>
<h2>Farthest photos of one person</h2>
<p>The worst genuine comparisons.</p>
${gallery(worst.falseNonMatches, pictures, threshold)}
</section>
<section>
<h2>Photos without an embedding</h2>
${failures(worst, pictures)}
</section>
<section>
<h2>All figures</h2>
${table(summary)}
<ul class="notes">${summary.notes.map((note) => `<li>${escapeText(note)}</li>`).join("")}</ul>
<table class="models"><tr><th>Model</th><th>Role</th><th>SHA-256</th></tr>
${summary.models.map(({ id, role, sha256 }) => `<tr><td>${escapeText(id)}</td><td>${escapeText(role)}</td><td><code>${sha256.slice(0, 16)}…</code></td></tr>`).join("\n")}
</table>
</section>
</main>
</html>
`;
}

function cards(summary: Summary): string {
  const card = (title: string, value: string, detail: string) =>
    `<div class="card"><h3>${title}</h3><strong>${value}</strong><p>${detail}</p></div>`;
  const tar = summary.tar_at_fmr["1e-4"];
  return `<section class="cards">
${card("TAR at FMR 0.01 %", tar === null ? "–" : percentage(tar), range(summary.tar_at_fmr_ci95["1e-4"]))}
${card("10-fold accuracy", summary.accuracy_10fold === null ? "–" : percentage(summary.accuracy_10fold), range(summary.accuracy_10fold_ci95))}
${card("Equal error rate", percentage(summary.eer), range(summary.eer_ci95))}
${card("Failure to acquire", percentage(summary.failure_to_acquire), range(summary.failure_to_acquire_ci95))}
</section>`;
}

function quality({ errorVersusDiscard }: Evaluation): string {
  if (errorVersusDiscard === null) return "";
  const { fmr, gate } = errorVersusDiscard;
  const saved = gate.saved.interval === null ? "" : ` (less by ${range(gate.saved.interval)})`;
  return `<section>
<h2>Quality</h2>
<p>What is left of the false non-match rate, at the threshold of FMR ${percent(Number(fmr))}, when the images that a measure calls worst are discarded. A measure that falls is worth a limit; the dashed line is where nothing is discarded. The limits in use refuse <b>${percentage(gate.discarded)}</b> of these images, and leave a rate of <b>${percentage(gate.after.value)}</b> instead of <b>${percentage(gate.before.value)}</b>${saved}.</p>
<figure class="multiples">${discardCharts(errorVersusDiscard)}</figure>
</section>`;
}

function gallery(
  trials: readonly ShownTrial[],
  pictures: ReadonlyMap<string, string>,
  threshold: number | null,
): string {
  const items = trials.map(({ left, right, distance }) => {
    const verdict = threshold === null ? "" : distance <= threshold ? "match" : "no match";
    return `<li><div>${picture(left, pictures)}${picture(right, pictures)}</div><b>${distance.toFixed(3)}</b> <i>${verdict}</i></li>`;
  });
  return `<ul class="gallery">${items.join("\n")}</ul>`;
}

function failures({ failures }: WorstTrials, pictures: ReadonlyMap<string, string>): string {
  if (failures.length === 0) return "<p>None.</p>";
  const items = failures.map(
    ({ image, reason }) => `<li><div>${picture(image, pictures)}</div><i>${escapeText(reason)}</i></li>`,
  );
  return `<ul class="gallery">${items.join("\n")}</ul>`;
}

function picture(image: string, pictures: ReadonlyMap<string, string>): string {
  const name = image
    .slice(image.lastIndexOf("/") + 1)
    .replace(/\.\w+$/, "")
    .replaceAll("_", " ");
  const shown = pictures.get(image);
  const alt = escapeText(name);
  return `<figure>${shown === undefined ? `<span class="absent"></span>` : `<img src="${shown}" alt="${alt}" title="${alt}" loading="lazy">`}<figcaption>${alt}</figcaption></figure>`;
}

function table(summary: Summary): string {
  const row = (name: string, value: number | null, interval: Interval | null) =>
    `<tr><td>${name}</td><td>${value === null ? "too few trials" : formatFigure(value)}</td><td>${interval === null ? "" : interval.map(formatFigure).join(" – ")}</td></tr>`;
  const rows = [
    ...Object.entries(summary.tar_at_fmr).map(([fmr, tar]) =>
      row(`True accept rate at FMR ${percent(Number(fmr))}`, tar, summary.tar_at_fmr_ci95[fmr]),
    ),
    row("10-fold accuracy", summary.accuracy_10fold, summary.accuracy_10fold_ci95),
    row("Equal error rate", summary.eer, summary.eer_ci95),
    row("Area under the ROC curve", summary.auc, summary.auc_ci95),
    row("d′", summary.d_prime, summary.d_prime_ci95),
    row("Failure to acquire", summary.failure_to_acquire, summary.failure_to_acquire_ci95),
  ];
  const shipped = summary.at_shipped_threshold;
  for (const name of ["fmr", "fnmr", "precision", "recall", "f1"]) {
    if (shipped === null || !(name in shipped)) continue;
    const title = `${name.length <= 4 ? name.toUpperCase() : name} at the threshold in use`;
    rows.push(row(title, shipped[name] as number, shipped[`${name}_ci95`] as Interval | null));
  }
  return `<table><tr><th>Figure</th><th>Value</th><th>95 %</th></tr>${rows.join("\n")}</table>`;
}

function legend(kind: string, text: string): string {
  return `<span class="legend ${kind}">${text}</span>`;
}

function percentage(rate: number): string {
  return `${(rate * 100).toFixed(2)} %`;
}

function range(interval: Interval | null): string {
  if (interval === null) return "";
  return `${interval.map((end) => (end * 100).toFixed(2)).join(" – ")} %`;
}
