/** Sections of the report about people: how many photos are enrolled, and groups. */
import type { GroupsSummary } from "../groups/groups-summary.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import type { Summary } from "../summary.ts";
import { promisedFmrs } from "../templates/by-photos.ts";
import { groupCharts } from "./group-charts.ts";
import { percent } from "./plot.ts";

export function byPhotosSection(byPhotos: Summary["by_photos"]): string {
  if (byPhotos === null) return "";
  const rows = Object.entries(byPhotos).flatMap(([photos, one]) =>
    promisedFmrs
      .filter((fmr) => one.fnmr_at_fmr[fmr] !== null)
      .map((fmr) => {
        const cells = [
          photos,
          percent(Number(fmr)),
          cell(one.fnmr_at_fmr[fmr], one.fnmr_at_fmr_ci95[fmr], share),
          cell(one.realised_fmr[fmr], one.realised_fmr_ci95[fmr], exponential),
        ];
        return `<tr>${cells.map((text) => `<td>${text}</td>`).join("")}</tr>`;
      }),
  );
  const [first] = Object.values(byPhotos);
  return `<section>
<h2>Photos enrolled</h2>
<p>A person's template is the mean of the photos enrolled. The same ${first.probes} photos of ${first.people} people were compared with templates of each number of photos, at the threshold in use for the promised rate.</p>
<table><tr><th>Photos</th><th>Promised FMR</th><th>FNMR</th><th>Realised FMR</th></tr>${rows.join("\n")}</table>
</section>`;
}

export function groupsSection(groups: GroupsSummary | null): string {
  if (groups === null) return "";
  const worst = Object.entries({
    FMR: "fmr",
    FNMR: "fnmr",
    "failure to acquire": "failure_to_acquire",
  } as const)
    .map(([title, key]) => [title, groups.worst_over_mean[key]] as const)
    .filter(([, { value }]) => value !== null)
    .map(([title, { value, ci95 }]) => `${title} <b>${ratio(value as number)}</b> ${interval(ci95, ratio)}`);
  return `<section>
<h2>Groups</h2>
<p>Rates by group at the one threshold in use, ${groups.threshold.toFixed(4)}. Lines are 95 % intervals over people; the dashed line is the promised rate. The worst group's rate over the mean of all groups' rates: ${worst.join(", ")}.</p>
<figure>${groupCharts(groups)}</figure>
</section>`;
}

function cell(value: number | null, ends: Interval | null, format: (value: number) => string): string {
  return value === null ? "–" : `${format(value)} ${interval(ends, format)}`;
}

function interval(ends: Interval | null, format: (value: number) => string): string {
  return ends === null ? "" : `[${ends.map(format).join(", ")}]`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function exponential(value: number): string {
  return value.toExponential(2);
}

function ratio(value: number): string {
  return value.toFixed(2);
}
