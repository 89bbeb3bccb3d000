/** Native libjpeg-turbo, where it is installed: `apt install libjpeg-turbo-progs`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const runs = 20;

/** A JPEG of 8 x 8 px: all that the program does with it is to start. */
function smallestJpeg(): Uint8Array {
  const ppm = Buffer.concat([Buffer.from("P6\n8 8\n255\n"), Buffer.alloc(192)]);
  return new Uint8Array(spawnSync("cjpeg", { input: ppm }).stdout);
}

function hasDjpeg(): boolean {
  return spawnSync("djpeg", ["-version"]).status === 0 && spawnSync("cjpeg", ["-version"]).status === 0;
}

/** Processor ms of `djpeg -scale 1/8`, the mean of twenty runs less twenty that only start. NaN where it is missing. */
export function timeDjpeg(jpeg: Uint8Array): number {
  if (!hasDjpeg()) return Number.NaN;
  const folder = mkdtempSync(join(tmpdir(), "sameface-djpeg-"));
  try {
    const meanOf = (name: string, bytes: Uint8Array) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      const loop = `time for i in $(seq ${runs}); do djpeg -scale 1/8 "$0" > /dev/null; done`;
      const env = { ...process.env, TIMEFORMAT: "%U %S", LC_ALL: "C" };
      const { stderr } = spawnSync("bash", ["-c", loop, path], { encoding: "utf8", env });
      const [user, system] = stderr.trim().split(" ").map(Number);
      return (1000 * (user + system)) / runs;
    };
    return meanOf("photo.jpg", jpeg) - meanOf("smallest.jpg", smallestJpeg());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
