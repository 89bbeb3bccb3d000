/**
 * Expressions of cron triggers, "minute hour * * *" in UTC: a field is `*`, a number, a range `a-b` or a list of them, each
 * perhaps with a step `/n`. The days are always all: the schedule itself has a day of the week for each tenant.
 */

const minuteMs = 60_000;

/** Returns the times at which a trigger is due after `afterMs` and until `untilMs`, ascending, ms since 1970. Throws for another expression. */
export function dueTimes(cron: string, afterMs: number, untilMs: number): number[] {
  const [minute, hour, ...days] = cron.trim().split(/\s+/);
  if (days.length !== 3 || days.some((field) => field !== "*"))
    throw new Error(`the trigger "${cron}" is not of the form "minute hour * * *"`);
  const minutes = valuesOf(minute, 59);
  const hours = valuesOf(hour, 23);
  const times: number[] = [];
  for (let at = (Math.floor(afterMs / minuteMs) + 1) * minuteMs; at <= untilMs; at += minuteMs) {
    const date = new Date(at);
    if (minutes.has(date.getUTCMinutes()) && hours.has(date.getUTCHours())) times.push(at);
  }
  return times;
}

/** Returns the values of a field, 0 to `most`. */
function valuesOf(field: string, most: number): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const found = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (found === null) throw new Error(`"${part}" is no part of a trigger`);
    const [, low, high, step = "1"] = found;
    const first = Number(low ?? 0);
    // A number with a step begins a range to the end, as `5/15` does.
    const last =
      high !== undefined ? Number(high) : low !== undefined && found[3] === undefined ? first : most;
    if (last > most || first > last || Number(step) === 0)
      throw new Error(`"${part}" is no part of a trigger`);
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}
