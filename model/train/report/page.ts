/** The report of a training, as one HTML file without scripts: the verdict, the curves, and people in a plane. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { escapeText, percent, plot, px } from "../../evaluate/report/plot.ts";
import { styles } from "../../evaluate/report/styles.ts";
import type { TrainingSet } from "../batches.ts";
import type { EpochRecord } from "../checkpoint.ts";
import type { Change, Gains } from "../gain.ts";
import { applyHead, type Head } from "../head.ts";
import { type Point2, projectToPlane } from "./projection.ts";

export interface TrainingReport {
  readonly title: string;
  /** Sentence that says whether a model was written. */
  readonly verdict: string;
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly learned: Gains;
  readonly heldOut: Gains;
  readonly heldOutSet: TrainingSet;
  readonly head: Head;
}

const frame = { width: 620, height: 260 };
const shownPeople = 12;

export function renderTraining(report: TrainingReport): string {
  const { title, verdict, history, bestEpoch, learned, heldOut, heldOutSet, head } = report;
  const losses = history.flatMap(({ epoch, loss }) => (loss === null ? [] : [[epoch, loss] as const]));
  const verdicts = history.map(({ epoch, verdict: value }) => [epoch, value] as const);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Training: ${escapeText(title)}</title>
<style>${styles}.planes { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }</style>
<main>
<header><h1>${escapeText(title)}</h1><p><b>${escapeText(verdict)}</b></p></header>
<section>
<h2>People never seen</h2>
<p>${heldOut.people} people, ${heldOut.genuinePairs} comparisons of a person with themself and ${heldOut.impostorPairs} with a stranger. Intervals are of 95 %, over people. The mean decides.</p>
${gainTable(heldOut)}
</section>
<section>
<h2>People learned from</h2>
<p>A head that has memorised faces gains here and not above.</p>
${gainTable(learned)}
</section>
<section>
<h2>Loss</h2>
<figure>${curve(losses, "Loss", bestEpoch)}</figure>
</section>
<section>
<h2>Verdict of the validation people</h2>
<p>Mean true accept rate over the false match rates that they support. The best epoch, ${bestEpoch}, is kept; 0 is the model without a head.</p>
<figure>${curve(verdicts, "True accept rate", bestEpoch)}</figure>
</section>
<section>
<h2>Embeddings of people never seen</h2>
<p>The ${shownPeople} people with the most photos, a colour each, in the two directions that vary most: without the head, and with it.</p>
${projections(heldOutSet, head)}
</section>
</main>
</html>
`;
}

function gainTable({ rows, mean }: Gains): string {
  if (mean === null) return "<p>Too few comparisons for any false match rate.</p>";
  const figure = ({ value, interval }: Change["before"]) =>
    `${value.toFixed(4)}${interval === null ? "" : ` <small>${interval.map((end) => end.toFixed(4)).join(" – ")}</small>`}`;
  return `<table><tr><th>False match rate</th><th>Accepted before</th><th>after</th><th>difference</th></tr>
${[...rows.map((row) => ({ name: percent(row.fmr), ...row })), { name: "mean", ...mean }].map(({ name, before, after, difference }) => `<tr><td>${name}</td><td>${figure(before)}</td><td>${figure(after)}</td><td>${figure(difference)}</td></tr>`).join("\n")}
</table>`;
}

function curve(
  points: readonly (readonly [epoch: number, value: number])[],
  title: string,
  best: number,
): string {
  if (points.length === 0) return "";
  const values = points.map(([, value]) => value);
  const x = scaleLinear([points[0][0], Math.max(1, points[points.length - 1][0])], [0, frame.width]);
  const y = scaleLinear([Math.min(...values), Math.max(...values)], [frame.height, 0]).nice();
  const path = line<readonly [number, number]>(
    ([epoch]) => x(epoch),
    ([, value]) => y(value),
  ).digits(1)(points);
  const chosen = points.find(([epoch]) => epoch === best);
  const mark =
    chosen === undefined
      ? ""
      : `<circle class="point" cx="${px(x(chosen[0]))}" cy="${px(y(chosen[1]))}" r="4"><title>epoch ${best}</title></circle>`;
  const ticks = (scale: typeof x, wanted: (value: number) => boolean) =>
    scale
      .ticks(6)
      .filter(wanted)
      .map((value) => ({ value, label: `${value}` }));
  return plot(
    frame,
    { title: "Epoch", scale: x, ticks: ticks(x, Number.isInteger) },
    { title, scale: y, ticks: ticks(y, () => true) },
    {
      inside: `<path class="curve" d="${path}"/>`,
      over: mark,
      description: `${title} over epochs: ${values.map((value) => value.toPrecision(3)).join(", ")}`,
    },
  );
}

function projections(set: TrainingSet, head: Head): string {
  const photosOf = Array.from({ length: set.identityCount }, (): Float32Array[] => []);
  set.identityOf.forEach((identity, photo) => {
    const [plain] = set.variants[photo];
    if (plain !== undefined) photosOf[identity].push(plain);
  });
  const shown = photosOf.toSorted((a, b) => b.length - a.length).slice(0, shownPeople);
  const people = shown.flatMap((photos, person) => photos.slice(0, 12).map((values) => ({ person, values })));
  if (people.length < 3) return "<p>Too few photos.</p>";
  const before = people.map(({ values }) => values);
  const after = before.map((values) => applyHead(head, values));
  const planes = [before, after].map((rows, k) =>
    scatter(
      projectToPlane(rows),
      people.map(({ person }) => person),
      k === 0 ? "Before" : "After",
    ),
  );
  return `<figure class="planes">${planes.join("\n")}</figure>`;
}

function scatter(points: readonly Point2[], people: readonly number[], name: string): string {
  const reach = Math.max(...points.flat().map(Math.abs));
  const side = { width: frame.height, height: frame.height };
  const x = scaleLinear([-reach, reach], [0, side.width]).nice();
  const y = scaleLinear([-reach, reach], [side.height, 0]).nice();
  const dots = points.map(([across, up], k) => {
    const hue = Math.round((360 * people[k]) / shownPeople);
    return `<circle cx="${px(x(across))}" cy="${px(y(up))}" r="3.5" fill="hsl(${hue} 70% 50%)"/>`;
  });
  const ticks = x.ticks(4).map((value) => ({ value, label: `${value}` }));
  return plot(
    side,
    { title: `${name}: first direction`, scale: x, ticks },
    { title: "second", scale: y, ticks },
    {
      inside: dots.join(""),
      description: `${name}: embeddings of ${new Set(people).size} people in a plane`,
    },
  );
}
