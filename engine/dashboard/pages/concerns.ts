/** What is wrong now, found from what the engine knows. */

import type { InstancePage, StatusCounts } from "../../instance_search.ts";
import type { ScheduleRecord } from "../../schedules/schedule_record.ts";
import type { WorkerRecord } from "../../scheduler/worker_registry.ts";
import type { Interval, QueueDepth } from "../pulse.ts";
import { scheduleUrl } from "../parts/links.ts";
import { formatCount, formatDuration } from "../parts/time.ts";

/** One thing that somebody should look at. */
export interface Concern {
  severity: "error" | "warning";
  text: string;
  /** Where to look, or what to do. */
  hint?: string;
  href?: string;
}

export interface Situation {
  nowMs: number;
  sessionTimeoutMs: number;
  queue: QueueDepth;
  workers: readonly WorkerRecord[];
  load: readonly { workerId: string; slots: number; leased: number }[];
  intervals: readonly Interval[];
  counts: StatusCounts;
  /** The newest failed instances. */
  failed: InstancePage["instances"];
  schedules: readonly Pick<ScheduleRecord, "id" | "lastError">[];
}

/** A task that waits longer for a worker than this is late. */
const LATE_MS = 10_000;
/** Share of ended instances that failed, over the last ten minutes, from which on it is said. */
const FAILURE_SHARE = 0.05;
const RECENT_INTERVALS = 60;
const HINT_CHARS_MAX = 200;

/** What is wrong, the worst first. */
export function concernsOf(situation: Situation): Concern[] {
  const { nowMs, queue, workers, sessionTimeoutMs } = situation;
  const concerns: Concern[] = [];
  const queued = `${formatCount(queue.queued)}${queue.isBound ? " or more" : ""} ${
    queue.queued === 1 ? "task" : "tasks"
  }`;
  const waitedMs = queue.oldestMs === undefined ? 0 : nowMs - queue.oldestMs;
  for (const capability of ["javascript", "wasm"] as const) {
    const count = queue.byCapability[capability];
    if (count === 0 || workers.some(({ capabilities }) => capabilities.includes(capability))) continue;
    const what = workers.length === 0 ? "no worker is registered" : `no registered worker runs ${capability}`;
    concerns.push({
      severity: "error",
      text: `${formatCount(count)} ${capability} ${count === 1 ? "task waits" : "tasks wait"}, and ${what}.`,
      hint: "Start one with: deno task worker",
      href: "/workers",
    });
  }
  if (concerns.length === 0 && waitedMs > LATE_MS) {
    concerns.push({
      severity: "warning",
      text: `${queued} wait for a free worker; the first has waited for ${formatDuration(waitedMs)}.`,
      hint: "All slots are busy: add workers or slots",
      href: "/workers",
    });
  }
  for (const { id, expiresAtMs } of workers) {
    const silentMs = nowMs - (expiresAtMs - sessionTimeoutMs);
    if (silentMs < sessionTimeoutMs * 2 / 3) continue;
    concerns.push({
      severity: "warning",
      text: `Worker ${id} was last heard of ${formatDuration(silentMs)} ago.`,
      hint: `After ${formatDuration(sessionTimeoutMs)} its tasks are given to others`,
      href: "/workers",
    });
  }
  for (const { id, lastError } of situation.schedules) {
    if (lastError === undefined) continue;
    concerns.push({
      severity: "error",
      text: `The last time of schedule ${id} started nothing.`,
      hint: lastError.split("\n")[0].slice(0, HINT_CHARS_MAX),
      href: scheduleUrl(id),
    });
  }
  const recent = situation.intervals.slice(-RECENT_INTERVALS);
  const failed = recent.reduce((sum, interval) => sum + interval.failed, 0);
  const ended = failed + recent.reduce((sum, interval) => sum + interval.completed, 0);
  if (failed > 0) {
    concerns.push({
      severity: failed / ended > FAILURE_SHARE ? "error" : "warning",
      text: `${formatCount(failed)} of ${formatCount(ended)} instances that ended in the last 10 minutes failed.`,
      hint: mostCommonCause(situation),
      href: "/instances?status=failed",
    });
  }
  return concerns.sort((one, other) => one.severity.localeCompare(other.severity));
}

function mostCommonCause({ failed }: Situation): string | undefined {
  const causes = new Map<string, number>();
  for (const { workflow, failure } of failed) {
    if (failure === undefined) continue;
    const cause = `${failure.code} in ${workflow}${failure.task === undefined ? "" : `, task ${failure.task}`}`;
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  const [most] = [...causes].sort(([, one], [, other]) => other - one);
  return most === undefined ? undefined : `Most often of late: ${most[0]}`;
}
