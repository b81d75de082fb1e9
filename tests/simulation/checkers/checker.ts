/** What checkers see, and how they speak. One checker for each guarantee. */

import type { Journal } from "../journal.ts";
import type { InstanceChange, Shadow } from "../shadow.ts";
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
}

/** Says what is wrong; saying nothing is consent. */
export type Complain = (problem: string) => void;

export interface Checker {
  readonly name: string;
  /** Whether `commit` looks at what stands only, and so can look at a store that was not followed. */
  readonly checksStanding?: boolean;
  /** After each commit, for each instance that it touched. */
  commit?(world: World, change: InstanceChange, complain: Complain): void;
  /** When everything has come to rest. */
  end?(world: World, complain: Complain): void;
}
