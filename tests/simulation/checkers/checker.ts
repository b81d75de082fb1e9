/** What checkers see, and how they speak. One checker for each guarantee. */

import type { HistoryEntry, HistoryRecord } from "../../../engine/machine/history.ts";
import type { Journal } from "../journal.ts";
import type { InstanceChange, InstanceShadow, ScheduleChange, Shadow } from "../shadow.ts";
import type { TaskPlans } from "../task_plan.ts";

/** Clocks of engines differ from the true time by up to this, either way. */
export const CLOCK_SKEW_MS_MAX = 500;

export interface World {
  readonly shadow: Shadow;
  readonly journal: Journal;
  readonly plans: TaskPlans;
  /** True time. */
  readonly nowMs: number;
  /** When the last fault ended; Infinity while there are faults. */
  readonly calmSinceMs: number;
  /** Processes that live, by name. */
  readonly alive: () => ReadonlySet<string>;
}

/** Says what is wrong; saying nothing is consent. */
export type Complain = (problem: string) => void;

export interface Checker {
  readonly name: string;
  /** Whether `commit` looks at what stands only, and so can look at a store that was not followed. */
  readonly checksStanding?: boolean;
  /** Whether `end` looks at who lives, which is not known of processes that were stopped. */
  readonly needsProcesses?: boolean;
  /** After each commit, for each instance that it touched. */
  commit?(world: World, change: InstanceChange, complain: Complain): void;
  /** After each commit, for each schedule that it touched. */
  schedule?(world: World, change: ScheduleChange, complain: Complain): void;
  /** When everything has come to rest; what waits for events waits still. */
  rest?(world: World, complain: Complain): void;
  /** When everything has ended. */
  end?(world: World, complain: Complain): void;
  /** When everything has ended, every schedule is gone and what has ended was deleted. */
  empty?(world: World, complain: Complain): void;
}

/** In the order of their sequences. */
export function recordsOf({ history }: Pick<InstanceShadow, "history">): HistoryRecord[] {
  return [...history.entries()].sort(([a], [b]) => a - b).map(([, record]) => record);
}

export function entriesOf(shadow: Pick<InstanceShadow, "history">): HistoryEntry[] {
  return recordsOf(shadow).flatMap(({ entries }) => entries);
}

/** Whether two JSON values are the same; a member that is undefined is none. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) {
    return a.length === (b as unknown[]).length && a.every((item, at) => isSame(item, (b as unknown[])[at]));
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in left) if (!isSame(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
