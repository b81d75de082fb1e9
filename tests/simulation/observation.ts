/** Looks at every commit of a store, keeps the shadow and lets the checkers speak. */

import type { Commit } from "../../engine/store/commit_window.ts";
import type { MemoryStore } from "../../engine/store/memory_store.ts";
import { CHECKERS } from "./checkers/all.ts";
import type { World } from "./checkers/checker.ts";
import type { Journal } from "./journal.ts";
import { Shadow } from "./shadow.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import type { TaskPlans } from "./task_plan.ts";
import { describeCommit } from "./trace.ts";

const VIOLATIONS_MAX = 5;

export interface ObservationOptions {
  time: SimulatedTime;
  store: MemoryStore;
  journal: Journal;
  plans: TaskPlans;
  /** Processes that live, or died a short time ago, by name. */
  alive: () => ReadonlySet<string>;
  trace: (line: () => string) => void;
}

export class Observation {
  readonly shadow = new Shadow();
  /** `guarantee: what is wrong`. */
  readonly violations: string[] = [];
  /** When an instance last took a step. */
  lastStepMs = 0;
  calmSinceMs = Infinity;
  readonly #options: ObservationOptions;

  constructor(options: ObservationOptions) {
    this.#options = options;
    const { versions } = options.store;
    const commit = versions.commit.bind(versions);
    versions.commit = (txn) => {
      const result = commit(txn);
      if (typeof result !== "string") this.#committed(result);
      return result;
    };
  }

  get isBroken(): boolean {
    return this.violations.length > 0;
  }

  /** Lets every checker look that looks at such a time. */
  check(when: "rest" | "end" | "empty"): void {
    const world = this.#world();
    for (const checker of CHECKERS) checker[when]?.(world, (problem) => this.complain(checker.name, problem));
  }

  complain(guarantee: string, problem: string): void {
    this.#options.trace(() => `VIOLATION ${guarantee}: ${problem}`);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(`${guarantee}: ${problem}`);
  }

  #committed({ chains, entries, clears, version }: Commit): void {
    const { time, trace } = this.#options;
    const writes = chains.map(({ key }, index) => ({ key, value: entries[index].value }));
    trace(() => `commit ${version}: ${describeCommit(writes)}`);
    const { instances, schedules } = this.shadow.apply({ writes, clears }, time.trueMs);
    if (instances.some(({ records }) => records.length > 0)) this.lastStepMs = time.trueMs;
    const world = this.#world();
    for (const { name, commit, schedule } of CHECKERS) {
      const complain = (problem: string) => this.complain(name, problem);
      if (commit !== undefined) { for (const change of instances) commit(world, change, complain); }
      if (schedule !== undefined) { for (const change of schedules) schedule(world, change, complain); }
    }
  }

  #world(): World {
    const { journal, plans, time, alive } = this.#options;
    const { shadow, calmSinceMs } = this;
    return { shadow, journal, plans, nowMs: time.trueMs, calmSinceMs, alive };
  }
}
