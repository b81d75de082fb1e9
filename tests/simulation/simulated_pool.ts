/** A worker's pool whose isolates are simulated: they take time, and do what the task's plan says. */

import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import type { SeededRandom } from "../../shared/random.ts";
import type { PoolStats } from "../../shared/pool_stats.ts";
import type { Execution, Outcome, Pool } from "../../worker/pool/pool.ts";
import type { Node } from "./node.ts";
import { FLAKY_ODDS, KILLER_ODDS, outputOf, SLOW_ODDS, taskKindOf, type TaskPlans } from "./task_plan.ts";

const QUEUE_MAX = 20;
/** Most tasks are short, some are not. */
const SHORT_MS_MAX = 20;
export const LONG_MS_MAX = 400;
const LONG_ODDS = 0.15;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SimulatedPool implements Pool {
  readonly slots: number;
  readonly capacity: number;
  readonly #node: Node;
  readonly #random: SeededRandom;
  readonly #plans: TaskPlans;
  readonly #longMsMax: number;
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(options: { node: Node; random: SeededRandom; slots: number; plans: TaskPlans; longMsMax?: number }) {
    this.slots = options.slots;
    this.capacity = options.slots + QUEUE_MAX;
    this.#free = options.slots;
    this.#node = options.node;
    this.#random = options.random;
    this.#plans = options.plans;
    this.#longMsMax = options.longMsMax ?? LONG_MS_MAX;
  }

  async execute(execution: Execution, signal?: AbortSignal): Promise<Outcome> {
    if (this.#free > 0) this.#free--;
    else {
      if (this.#queue.length >= QUEUE_MAX) throw new DegovError("RESOURCE_EXHAUSTED", "The queue is full");
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
    try {
      return signal?.aborted ? { status: "cancelled" } : await this.#run(execution, signal);
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  async #run({ label, input, timeoutMs }: Execution, signal: AbortSignal | undefined): Promise<Outcome> {
    const kind = taskKindOf(label, this.#plans);
    const boundMs = this.#happens(LONG_ODDS) ? this.#longMsMax : SHORT_MS_MAX;
    const isSlow = kind === "slow" && this.#happens(SLOW_ODDS);
    const durationMs = isSlow ? timeoutMs : Math.min(timeoutMs, this.#random.next() * boundMs);
    await this.#node.clock.sleep(durationMs, signal);
    if (signal?.aborted) return { status: "cancelled" };
    const fail = (failure: Failure): Outcome => ({ status: "failed", failure, console: [], durationMs });
    if (isSlow) return fail({ code: "DEADLINE_EXCEEDED", message: "The code took too long" });
    if (kind === "killer" && this.#happens(KILLER_ODDS)) {
      this.#node.kill();
      return await new Promise<never>(() => {});
    }
    if (kind === "poison") return fail({ code: "ISOLATE_CRASHED", message: "The isolate crashed" });
    if (kind === "refusing") return fail({ code: "REFUSED", message: "The code refused", retryable: false });
    if (kind === "hopeless" || (kind === "flaky" && this.#happens(FLAKY_ODDS))) {
      return fail({ code: "TASK_FAILED", message: "The code failed" });
    }
    const output = encoder.encode(JSON.stringify(outputOf(label, decoder.decode(input))));
    return { status: "completed", output, console: [], durationMs };
  }

  /** Nobody looks at them here. */
  stats(): PoolStats {
    return {
      slots: this.slots,
      busy: this.slots - this.#free,
      queued: this.#queue.length,
      residentBytes: 0,
      executions: 0,
      failures: 0,
      deadlines: 0,
      memoryKills: 0,
      crashes: 0,
      isolatesStarted: 0,
      isolatesRecycled: 0,
      codeCacheHits: 0,
      codeCacheMisses: 0,
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #happens(odds: number): boolean {
    return this.#random.next() < odds;
  }
}
