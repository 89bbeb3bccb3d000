/** Writes the relief model into the service's source. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ReliefModel } from "../../../src/face/liveness/evidence.ts";

const path = fileURLToPath(new URL("../../../src/face/liveness/relief-model.ts", import.meta.url));

export function writeModel({ bias, weights, minLogOdds }: ReliefModel): void {
  const rounded = (value: number) => String(Number(value.toPrecision(6)));
  const lines = weights.map((weight) => `    ${rounded(weight)},\n`).join("");
  writeFileSync(
    path,
    `/** Weights of the relief model, as \`npm run evaluate:liveness -- --fit\` wrote them. */
import type { ReliefModel } from "./evidence.ts";

export const reliefModel: ReliefModel = {
  bias: ${rounded(bias)},
  weights: [
${lines}  ],
  minLogOdds: ${rounded(minLogOdds)},
};
`,
  );
}
