/** Measures the false match rate among the people that a tenant has enrolled. */
import type { LiveRate } from "../../client/index.ts";
import { type Command, serviceFlags } from "../command.ts";
import { connect } from "../options.ts";
import { show } from "../output.ts";

/** The exit code is 1 for a rate above the promise. */
export const rate: Command = {
  maxWords: 0,
  flags: serviceFlags,
  async run(_, options) {
    const found = await connect(options).liveRate.measure();
    const exitCode = found.keeps_promise === false ? 1 : 0;
    const row = { cells: cellsOf(found), json: found, exitCode } as const;
    show(
      ["promised", "measured", "interval", "comparisons", "people", "duplicates", ""],
      [row],
      options.json,
    );
    return exitCode;
  },
};

function cellsOf(found: LiveRate) {
  const { max_fmr, fmr, interval, comparisons, people, likely_duplicates, keeps_promise } = found;
  const verdict = keeps_promise === null ? "too few people" : keeps_promise ? "kept" : "above the promise";
  const between = interval === null ? "" : `${interval.low} to ${interval.high}`;
  return [max_fmr, fmr ?? "", between, comparisons, people, likely_duplicates, verdict];
}
