/** Reads from the kernel a process's children, the time it computed, and the memory it holds. */
import { readdirSync, readFileSync } from "node:fs";

/** Returns the ids of running processes that `pid` started itself. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    const id = Number(entry);
    if (!Number.isInteger(id)) return [];
    // The line is "1234 (name) S 1200 ...": the name may hold any characters, so fields are counted from its end.
    const stat = read(`/proc/${id}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[1]) === pid ? [id] : [];
  });
}

/** Returns the time that all threads of a process have computed, ms. Waiting for a busy processor does not count. */
export function cpuMs(pid: number): number {
  return threadsOf(pid).reduce((sum, thread) => sum + threadCpuMs(pid, thread), 0);
}

/** Returns the computing time of the thread that runs the isolate, without compiler and garbage collector. */
export function mainThreadCpuMs(pid: number): number {
  return threadCpuMs(pid, String(pid));
}

/** Returns the physical memory now and at its highest, MB. */
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

/** Reads schedstat: nanoseconds on the processor, nanoseconds waiting, slices. */
function threadCpuMs(pid: number, thread: string): number {
  return Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]) / 1e6 || 0;
}

/** Returns an empty text for a process that has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
