/**
 * Workflows under a clock that is moved by hand, so that a timer of a week fires in milliseconds.
 *
 * Tasks run for real, in isolates, and take real time; only waiting is skipped.
 */

import type { DegovClient } from "../shared/client/client.ts";
import type { InstanceView } from "../shared/client/views.ts";
import { VirtualClock } from "../shared/clock.ts";
import { WorkflowEngine } from "./workflow_engine.ts";

/** How long a task is waited for before the instance is looked at again, in real time. */
const LOOK_MS = 5;

/**
 * An engine for tests of workflows.
 *
 * ```ts
 * await using kit = await TestKit.open();
 * await kit.client.register({
 *   name: "reminder",
 *   initial: "waiting",
 *   states: { waiting: { after: { "7d": "reminded" } }, reminded: {} },
 * });
 * const { id } = await kit.client.start("reminder");
 * const ended = await kit.settle(id); // a week passes
 * console.log(ended.state); // reminded
 * ```
 */
export class TestKit {
  readonly client: DegovClient;
  readonly #engine: WorkflowEngine;
  readonly #clock: VirtualClock;

  private constructor(engine: WorkflowEngine, clock: VirtualClock) {
    this.#engine = engine;
    this.#clock = clock;
    this.client = engine.client;
  }

  /** State is kept in memory. The clock begins at `nowMs`, by default the first of January 2026, UTC. */
  static async open(options: { isolates?: number; nowMs?: number } = {}): Promise<TestKit> {
    const clock = new VirtualClock(options.nowMs);
    return new TestKit(await WorkflowEngine.open({ isolates: options.isolates ?? 1, clock }), clock);
  }

  /** The time in the engine, in milliseconds since the epoch. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Lets time pass at one go; what has become due fires then. Tasks that this begins are not waited for. */
  async leap(ms: number): Promise<void> {
    await this.#clock.leap(ms);
  }

  /**
   * Lets the instance go on until it has ended or waits for nothing but events: tasks are waited for, and time passes
   * up to each timer and retry.
   *
   * @throws DegovError NOT_FOUND
   */
  async settle(instanceId: string): Promise<InstanceView> {
    for (;;) {
      const { waits } = await this.client.explain(instanceId);
      const untilMs: number[] = [];
      let isWorking = false;
      for (const { kind } of waits) {
        if (kind.case === "timer") untilMs.push(toMs(kind.value.fireAt));
        else if (kind.case === "task" && kind.value.retryAt !== undefined) untilMs.push(toMs(kind.value.retryAt));
        else if (kind.case === "task" || kind.case === "transition") isWorking = true;
      }
      if (isWorking) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      else if (untilMs.length > 0) await this.#clock.leap(Math.max(0, Math.min(...untilMs) - this.#clock.nowMs()));
      else return await this.client.get(instanceId);
    }
  }

  async close(): Promise<void> {
    const closing = this.#engine.close();
    await this.#clock.advance(0);
    await closing;
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function toMs(timestamp: { seconds: bigint; nanos: number } | undefined): number {
  return timestamp === undefined ? 0 : Number(timestamp.seconds) * 1_000 + timestamp.nanos / 1_000_000;
}
