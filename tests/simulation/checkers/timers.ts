/** Timers are never early, and not later than a bound once the cluster is whole. */

import type { InstanceShadow } from "../shadow.ts";
import { type Checker, CLOCK_SKEW_MS_MAX } from "./checker.ts";

/** Looks at the store, a claim, and retries of their transactions, with room for a second engine to step in. */
export const LATE_MS_MAX = 5_000;

export const timers: Checker = {
  name: "timers are never early, and not late",
  commit({ calmSinceMs }, { shadow, before, records, atMs, tasks }, complain) {
    for (const { entries, atMs: recordedMs } of records) {
      for (const entry of entries) {
        if (entry.kind !== "timerFired") continue;
        const fireAtMs = before?.timers[entry.timerId]?.fireAtMs;
        if (fireAtMs === undefined) complain(`timer ${entry.timerId} of ${shadow.id} fired, and was not set`);
        else check(`timer ${entry.timerId} of ${shadow.id}`, fireAtMs, recordedMs);
      }
    }
    for (const { taskId, before, after } of tasks) {
      if (before?.status !== "delayed" || after === undefined) continue;
      if (after.status === "delayed" || after.status === "paused") continue;
      check(`retry of task ${taskId} of ${shadow.id}`, before.retryAtMs, atMs + CLOCK_SKEW_MS_MAX);
    }

    function check(what: string, fireAtMs: number, firedMs: number): void {
      if (firedMs < fireAtMs) complain(`${what} was due at ${fireAtMs} and fired at ${firedMs}`);
      if (atMs < fireAtMs - CLOCK_SKEW_MS_MAX - 1) complain(`${what} was due at ${fireAtMs}, and it is ${atMs} truly`);
      const boundMs = Math.max(Math.max(fireAtMs, resumedMs(shadow)) + CLOCK_SKEW_MS_MAX, calmSinceMs) + LATE_MS_MAX;
      if (atMs > boundMs) complain(`${what} was due at ${fireAtMs} and fired only at ${atMs}`);
    }
  },
};

/** When the instance was last resumed or moved: what was due before could not fire before. */
function resumedMs({ history }: InstanceShadow): number {
  let lastMs = 0;
  for (const { atMs, entries } of history.values()) {
    if (entries[0].kind === "resumed" || entries[0].kind === "migrated") lastMs = Math.max(lastMs, atMs);
  }
  return lastMs;
}
