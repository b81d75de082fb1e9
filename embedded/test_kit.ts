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

  /**
   * The clock begins at `nowMs`, by default the first of January 2026, UTC. State is kept in memory, or in `store`, as
   * `sqlite:PATH`, where a later kit finds it again.
   */
  static async open(options: { isolates?: number; nowMs?: number; store?: string } = {}): Promise<TestKit> {
    const { isolates = 1, nowMs, store } = options;
    const clock = new VirtualClock(nowMs);
    return new TestKit(await WorkflowEngine.open({ isolates, store, clock }), clock);
  }

  /** The time in the engine, in milliseconds since the epoch. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /**
   * Lets time pass. Whatever becomes due on the way (timers, retries, times of schedules) comes at its own time, in order,
   * and tasks are waited for: they take no time of the clock's.
   */
  async leap(ms: number): Promise<void> {
    const endMs = this.#clock.nowMs() + ms;
    for (;;) {
      const nextMs = await this.#rest();
      const nowMs = this.#clock.nowMs();
      if (nextMs <= nowMs) await this.#pause(); // it is due, and about to come
      else if (nextMs <= endMs) await this.#clock.leap(nextMs - nowMs);
      else if (nowMs < endMs) await this.#clock.leap(endMs - nowMs);
      else return;
    }
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
      if (isWorking || nextMs <= this.#clock.nowMs()) await this.#pause();
      else if (nextMs < Infinity) await this.leap(nextMs - this.#clock.nowMs());
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

  /** Waits until no running instance goes on by itself; when something becomes due, or never. */
  async #rest(): Promise<number> {
    for (;;) {
      let [isWorking, nextMs] = [false, Infinity];
      for await (const { id } of this.client.instances({ status: "running" })) {
        const found = await this.#look(id);
        isWorking ||= found.isWorking;
        nextMs = Math.min(nextMs, found.nextMs);
      }
      if (isWorking) {
        await this.#pause();
        continue;
      }
      for await (const { nextAtMs = Infinity } of this.client.schedules()) nextMs = Math.min(nextMs, nextAtMs);
      return nextMs;
    }
  }

  /** Whether an instance goes on by itself now, and when next something of it becomes due. */
  async #look(instanceId: string): Promise<Outlook> {
    const { waits } = await this.client.explain(instanceId);
    const found: Outlook = { isWorking: false, nextMs: Infinity };
    // What is paused takes no timer and begins no task, however much time passes.
    const isPaused = waits.some(({ kind }) => kind.case === "resume");
    for (const { kind } of waits) {
      if (kind.case === "child") {
        const child = await this.#lookAtChild(kind.value.instanceId);
        found.isWorking ||= child.isWorking;
        found.nextMs = Math.min(found.nextMs, child.nextMs);
      } else if (kind.case === "task" && kind.value.status === "leased") found.isWorking = true;
      else if (isPaused) continue;
      else if (kind.case === "timer") found.nextMs = Math.min(found.nextMs, toMs(kind.value.fireAt));
      else if (kind.case === "task" && kind.value.status === "delayed") {
        found.nextMs = Math.min(found.nextMs, toMs(kind.value.retryAt));
      } else if (kind.case === "task" || kind.case === "transition" || kind.case === "decision") found.isWorking = true;
    }
    return found;
  }

  /** A child that is not there yet is about to be started; one that has ended is about to be noticed. */
  async #lookAtChild(instanceId: string): Promise<Outlook> {
    try {
      const { status } = await this.client.get(instanceId);
      return status === "running" ? await this.#look(instanceId) : { isWorking: true, nextMs: Infinity };
    } catch (error) {
      if (error instanceof DegovError && error.code === "NOT_FOUND") return { isWorking: true, nextMs: Infinity };
      throw error;
    }
  }

  /** Real time for tasks, and turns for what is due. */
  async #pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await this.#clock.leap(0);
  }
}

/** What an instance will do without anybody doing something. */
interface Outlook {
  isWorking: boolean;
  /** When something of it becomes due; Infinity where nothing does. */
  nextMs: number;
}

function toMs(timestamp: { seconds: bigint; nanos: number } | undefined): number {
  return timestamp === undefined ? 0 : Number(timestamp.seconds) * 1_000 + timestamp.nanos / 1_000_000;
}
