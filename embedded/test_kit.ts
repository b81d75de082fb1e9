/**
 * Workflows under a clock that is moved by hand, so that a timer of a week fires in milliseconds.
 *
 * Tasks run for real, in isolates, and take real time; only waiting is skipped.
 */

import type { DegovClient } from "../shared/client/client.ts";
import type { InstanceView } from "../shared/client/views.ts";
import { VirtualClock } from "../shared/clock.ts";
import { DegovError } from "../shared/errors.ts";
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

  /** Lets time pass at one go; what has become due fires then. Tasks are waited for, before and after. */
  async leap(ms: number): Promise<void> {
    await this.#rest();
    await this.#clock.leap(ms);
    await this.#rest();
  }

  /**
   * Lets the instance, and the children that it waits for, go on until it has ended or all wait for nothing but events
   * (or for being resumed or admitted): tasks are waited for, and time passes up to each timer and retry.
   *
   * @throws DegovError NOT_FOUND
   */
  async settle(instanceId: string): Promise<InstanceView> {
    for (;;) {
      const { isWorking, nextMs } = await this.#look(instanceId);
      if (isWorking) await this.#pause();
      else if (nextMs !== undefined) await this.#clock.leap(Math.max(0, nextMs - this.#clock.nowMs()));
      else return await this.client.get(instanceId);
    }
  }

  /** Waits until no running instance can go on without time passing or somebody doing something. */
  async #rest(): Promise<void> {
    for (let isWorking = true; isWorking;) {
      isWorking = false;
      for await (const { id } of this.client.instances({ status: "running" })) {
        isWorking ||= (await this.#look(id)).isWorking;
      }
      if (isWorking) await this.#pause();
    }
  }

  /** Whether an instance goes on by itself now, and if not, when next. */
  async #look(instanceId: string): Promise<{ isWorking: boolean; nextMs?: number }> {
    const { waits } = await this.client.explain(instanceId);
    const found: { isWorking: boolean; nextMs?: number } = { isWorking: false };
    // What is paused takes no timer and begins no task, however much time passes.
    const isPaused = waits.some(({ kind }) => kind.case === "resume");
    const at = (ms: number) => {
      if (!isPaused) found.nextMs = Math.min(ms, found.nextMs ?? Infinity);
    };
    for (const { kind } of waits) {
      if (kind.case === "timer") at(toMs(kind.value.fireAt));
      else if (kind.case === "task" && kind.value.status === "delayed") at(toMs(kind.value.retryAt));
      else if (kind.case === "task" && isPaused) found.isWorking ||= kind.value.status === "leased";
      else if (kind.case === "task" || kind.case === "transition" || kind.case === "decision") found.isWorking = true;
      else if (kind.case === "child") {
        const child = await this.#lookAtChild(kind.value.instanceId);
        found.isWorking ||= child.isWorking;
        if (child.nextMs !== undefined) at(child.nextMs);
      }
    }
    return found;
  }

  /** A child that is not there yet is about to be started; one that has ended is about to be noticed. */
  async #lookAtChild(instanceId: string): Promise<{ isWorking: boolean; nextMs?: number }> {
    try {
      const { status } = await this.client.get(instanceId);
      return status === "running" ? await this.#look(instanceId) : { isWorking: true };
    } catch (error) {
      if (error instanceof DegovError && error.code === "NOT_FOUND") return { isWorking: true };
      throw error;
    }
  }

  /** Real time for tasks, and turns for what is due. */
  async #pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await this.#clock.leap(0);
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
