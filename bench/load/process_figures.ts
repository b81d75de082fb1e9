/** What processes have used so far, read from /proc (Linux). */

/** Kernel ticks in a second: USER_HZ, which is 100 on every architecture that Deno runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessFigures {
  /** User and system time of the processes, with all their threads. */
  cpuSeconds: number;
  residentBytes: number;
}

/** A process and everything that it has started and that still runs. */
export function processTree(pid: number): number[] {
  const children = readText(`/proc/${pid}/task/${pid}/children`);
  const others = threadsOf(pid).filter((thread) => thread !== pid)
    .map((thread) => readText(`/proc/${pid}/task/${thread}/children`));
  const pids = [children, ...others].join(" ").split(" ").filter((text) => text !== "").map(Number);
  return [pid, ...pids.flatMap(processTree)];
}

/** Figures of processes together; one that has ended counts nothing. */
export function processFigures(pids: readonly number[]): ProcessFigures {
  let ticks = 0;
  let residentBytes = 0;
  for (const pid of pids) {
    const stat = readText(`/proc/${pid}/stat`);
    // The name, in parentheses, may hold anything; the 14th and 15th fields are the times.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readText(`/proc/${pid}/status`))?.[1];
    residentBytes += Number(kilobytes ?? 0) * 1024;
  }
  return { cpuSeconds: ticks / TICKS_PER_SECOND, residentBytes };
}

/** Seconds that all cores together have been busy since the machine started. */
export function machineBusySeconds(): number {
  const [user, nice, system, , , irq, softirq, steal] = readText("/proc/stat").split("\n")[0].split(/\s+/).slice(1).map(
    Number,
  );
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}

/** Model and number of cores, and the kernel: what figures depend on. */
export function machineName(): string {
  const model = /model name\s*:\s*(.*)/.exec(readText("/proc/cpuinfo"))?.[1] ?? "unknown processor";
  const memoryKib = Number(/MemTotal:\s+(\d+) kB/.exec(readText("/proc/meminfo"))?.[1] ?? 0);
  const kernel = readText("/proc/sys/kernel/osrelease").trim();
  return `${navigator.hardwareConcurrency} cores, ${model}, ${Math.round(memoryKib / 2 ** 20)} GiB, Linux ${kernel}`;
}

function threadsOf(pid: number): number[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => Number(name));
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
