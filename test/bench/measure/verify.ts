/**
 * Verifies one photo against one enrolled face, end to end, one request at a time: the service (in workerd, and under
 * `wrangler dev`), the naive edge, and the rivals in Node, without HTTP.
 */

import { cpuMs } from "../instruments/process.ts";
import { type Contender, interleave } from "../instruments/statistics.ts";
import type { RivalProcess } from "../rivals/protocol.ts";
import { type Answer, enrolCall, sendOk, verifyCall } from "../service/client.ts";
import { type BenchPhoto, type Photos, sizes } from "../setup/photos.ts";
import { type Row, row } from "./results.ts";

export interface Server {
  readonly url: URL;
  readonly pids: readonly number[];
}

export interface Verifiers {
  readonly workerd: Server;
  readonly "wrangler dev": Server;
  readonly "naive edge": Server;
  readonly "face-api": RivalProcess;
  readonly human: RivalProcess;
}

interface Timed {
  readonly ms: number;
  readonly cpuMs: number;
}

type Verify = (photo: BenchPhoto) => Promise<Timed & { readonly box: Box; readonly match: boolean }>;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Distance at which the service's table gives strangers a false match rate of about 1e-4. */
const naiveThreshold = 1;

export async function measureVerify(
  verifiers: Verifiers,
  photos: Photos,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const verify: Record<keyof Verifiers, Verify> = {
    workerd: overHttp(verifiers.workerd),
    "wrangler dev": overHttp(verifiers["wrangler dev"]),
    "naive edge": overHttp(verifiers["naive edge"]),
    "face-api": inNode(verifiers["face-api"]),
    human: inNode(verifiers.human),
  };
  // The service in workerd has enrolled this face already.
  for (const server of [verifiers["wrangler dev"], verifiers["naive edge"]]) {
    await sendOk(server.url, enrolCall(photos.person["3 MP"]));
  }
  for (const rival of [verifiers["face-api"], verifiers.human])
    await rival.verify(photos.person["3 MP"].bytes);
  await checkAnswers(verify, photos);

  const rows: Row[] = [];
  for (const { label } of sizes) {
    const cpu: Record<string, number[]> = {};
    const contenders = Object.entries(verify).map(([name, run]): [string, Contender] => [
      name,
      async () => {
        const { ms, cpuMs } = await run(photos.person[label]);
        cpu[name] = [...(cpu[name] ?? []), cpuMs];
        return ms;
      },
    ]);
    const samples = await interleave(Object.fromEntries(contenders), rounds, 2);
    for (const [name, times] of Object.entries(samples)) {
      const kept = cpu[name].slice(-times.length);
      const mean = kept.reduce((sum, ms) => sum + ms, 0) / kept.length;
      rows.push(row({ section: "verify", name, photo: label, cpuMs: mean }, times));
    }
    say(`verify, ${label}: measured`);
  }
  return rows;
}

function overHttp({ url, pids }: Server): Verify {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  return async (photo) => {
    const before = cpu();
    const answer = await sendOk(url, verifyCall(photo));
    const { box } = answer.body.face as { box: Box };
    return { ms: answer.ms, cpuMs: cpu() - before, box, match: decisionOf(answer) };
  };
}

function decisionOf({ body }: Answer): boolean {
  return typeof body.match === "boolean" ? body.match : (body.distance as number) <= naiveThreshold;
}

function inNode(rival: RivalProcess): Verify {
  return async (photo) => {
    const { ms, cpuMs, match, found } = await rival.verify(photo.bytes);
    return { ms, cpuMs, match, box: found.box };
  };
}

/** Checks that all find the same face, match the enrolled person, and refuse the stranger. */
async function checkAnswers(verify: Record<keyof Verifiers, Verify>, photos: Photos): Promise<void> {
  for (const [photo, same] of [
    ...Object.values(photos.person).map((photo) => [photo, true] as const),
    [photos.stranger, false] as const,
  ]) {
    const expected = await verify.workerd(photo);
    for (const [name, run] of Object.entries(verify)) {
      const { match, box } = await run(photo);
      const where = `${name}, ${photo.label} of ${same ? "the person" : "a stranger"}`;
      if (match !== same) throw new Error(`${where}: the answer is ${match}`);
      if (!(holdsCentre(box, expected.box) && holdsCentre(expected.box, box))) {
        throw new Error(`${where}: another face, ${JSON.stringify([box, expected.box])}`);
      }
    }
  }
}

/** Checks only the place: detectors disagree on how much of a head a face is. */
function holdsCentre(outer: Box, { x, y, width, height }: Box): boolean {
  const [cx, cy] = [x + width / 2 - outer.x, y + height / 2 - outer.y];
  return cx > 0 && cy > 0 && cx < outer.width && cy < outer.height;
}
