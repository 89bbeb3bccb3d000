/** The card of a trained model: its data, its settings, and its measured gain. */
import { writeFileSync } from "node:fs";
import type { FitOptions, Fitted } from "../fit.ts";
import type { Gains } from "../gain.ts";

export interface Card {
  readonly encoder: string;
  readonly dataset: string;
  readonly options: FitOptions;
  readonly fitted: Fitted;
  /** Gains on people never seen. */
  readonly gains: Gains;
}

export function writeCard(path: string, { encoder, dataset, options, fitted, gains }: Card): void {
  const { head, loss, mining, learningRate, decay, seed } = options;
  const interval = (ends: readonly number[] | null) => ends?.map((end) => end.toFixed(4)).join(" to ") ?? "–";
  const rows = gains.rows.map(
    ({ fmr, before, after, difference }) =>
      `| ${fmr} | ${before.value.toFixed(4)} | ${after.value.toFixed(4)} | ${difference.value.toFixed(4)} (${interval(difference.interval)}) |`,
  );
  writeFileSync(
    path,
    `# ${encoder}

The shipped encoder with a ${head} head, trained on \`${dataset}\`: ${loss} loss, ${mining} mining, learning rate ${learningRate}, decay ${decay}, seed ${seed}; epoch ${fitted.bestEpoch} of ${fitted.history.length - 1}. The head is part of the networks, whose other layers, sources and licences are those of the shipped model's card.

On ${gains.people} people that it has never seen (${gains.genuinePairs} genuine and ${gains.impostorPairs} impostor pairs; 95 % intervals over people):

| FMR | accepted before | after | difference |
|---|---|---|---|
${rows.join("\n")}

It was measured on photos like those that it was trained on; elsewhere it may be worse than the shipped model. Its thresholds come from people that it has not learned from: \`npm run calibrate\` on more people makes them hold for lower false match rates.

\`head.json\` lifts embeddings of the shipped encoder to this one (\`npm run migrate\`). \`report.html\` shows the training.
`,
  );
}
