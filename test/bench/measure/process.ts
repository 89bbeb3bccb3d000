/** What the kernel knows of a process: who its children are, the time it computed, the memory it holds. */
import { readdirSync, readFileSync } from "node:fs";

/** Ids of running processes that `pid` started itself. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    const id = Number(entry);
    if (!Number.isInteger(id)) return [];
    // "1234 (name) S 1200 ...": the name may hold anything, so fields are counted from its end.
    const stat = read(`/proc/${id}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[1]) === pid ? [id] : [];
  });
}

/** Time that all threads of a process have computed, ms. Waiting for a busy processor does not count. */
export function cpuMs(pid: number): number {
  return threadsOf(pid).reduce((sum, thread) => sum + threadCpuMs(pid, thread), 0);
}

/** The same of the thread that runs the isolate, without compiler and garbage collector beside it. */
export function mainThreadCpuMs(pid: number): number {
  return threadCpuMs(pid, String(pid));
}

/** Physical memory now and at its highest, MB. */
export function residentMb(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`);
  const megabytes = (field: string) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
  return { now: megabytes("VmRSS"), peak: megabytes("VmHWM") };
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** schedstat: nanoseconds on the processor, nanoseconds waiting, slices. */
function threadCpuMs(pid: number, thread: string): number {
  return Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]) / 1e6 || 0;
}

/** Empty for a process that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
