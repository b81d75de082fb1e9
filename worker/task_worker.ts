/**
 * A worker process: polls an engine, runs what it is handed in the pool, reports how that ended, sends heartbeats.
 *
 * Owns one session at a time and the leases held under it.
 *
 * - P1 A lease is held from the answer that brought it until its report was judged, it was stopped, or its session ended.
 * - P2 When the session is lost, everything under it is dropped: the engine has given it to others.
 * - P3 No fault of an engine or a network ends the process; it tries again, with backoff and jitter.
 */

import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../shared/clock.ts";
import { DegovError } from "../shared/errors.ts";
import { TASK_MEMORY_BYTES_DEFAULT } from "../shared/limits.ts";
import { backoffMs } from "../shared/retry.ts";
import { type Span, SpanKind, startSpan, traceparentOf } from "../shared/tracing.ts";
import { VERSION } from "../shared/version.ts";
import { CodeCache } from "./code_cache.ts";
import type { CompletionInit, EngineClient, Lease, LeaseInit, Session, Task } from "./engine_client.ts";
import type { Outcome, Pool } from "./pool/pool.ts";
import { Prefetch } from "./prefetch.ts";
import { Reporter } from "./reporter.ts";

const logger = getLogger(["degov", "worker"]);

export interface TaskWorkerOptions {
  workerId: string;
  client: EngineClient;
  pool: Pool;
  prefetch: number;
  pollIntervalMs: number;
  heartbeatIntervalMs: number;
  drainMs: number;
  memoryBytes?: number;
  clock?: Clock;
}

interface HeldLease {
  name: LeaseInit;
  stop: AbortController;
}

export class TaskWorker {
  readonly #options: TaskWorkerOptions;
  readonly #clock: Clock;
  readonly #codes: CodeCache;
  readonly #prefetch: Prefetch;
  readonly #stopping = new AbortController();
  /** By lease token (P1). */
  readonly #held = new Map<string, HeldLease>();
  #idle: (() => void) | undefined;

  constructor(options: TaskWorkerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#codes = new CodeCache((hash) => options.client.code(hash));
    const max = Math.min(options.prefetch, options.pool.capacity - options.pool.slots);
    this.#prefetch = new Prefetch({ isolates: options.pool.slots, max });
  }

  /** Works until {@link stop} is called and what was held then has ended. */
  async run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        await this.#withSession(() => failures = 0);
      } catch (thrown) {
        const error = DegovError.from(thrown);
        logger.warn("Lost the engine: {reason}", { reason: error.message });
        await this.#pause(++failures);
      }
    }
  }

  /** Takes no more tasks, and ends once those that are held have ended, or the drain's time is over. */
  stop(): void {
    this.#stopping.abort();
  }

  async #withSession(connected: () => void): Promise<void> {
    const { client, workerId } = this.#options;
    const session = await client.register({ workerId, slots: this.#prefetch.slots, version: VERSION });
    logger.info("Registered as {workerId}", { workerId });
    connected();
    const ended = new AbortController();
    const reporter = new Reporter({
      send: async (completions) => {
        const slots = this.#stopping.signal.aborted ? 0 : this.#prefetch.slots;
        const { statuses, tasks, stop } = await client.complete(session, completions, slots);
        this.#stopLeases(stop);
        if (!ended.signal.aborted) { for (const task of tasks) this.#take(task, reporter); } // P2
        return statuses;
      },
      clock: this.#clock,
      ended: ended.signal,
    });
    try {
      const beating = this.#beat(session, ended);
      await this.#poll(session, reporter, ended.signal, connected);
      if (!ended.signal.aborted) await this.#drain(session);
      ended.abort();
      await beating;
    } finally {
      ended.abort();
      for (const { stop } of this.#held.values()) stop.abort(); // P2
      this.#held.clear();
    }
  }

  /** Polls until the worker stops or the session ends. */
  async #poll(session: Session, reporter: Reporter, ended: AbortSignal, connected: () => void): Promise<void> {
    const { client, pollIntervalMs } = this.#options;
    const over = AbortSignal.any([ended, this.#stopping.signal]);
    for (let failures = 0; !over.aborted;) {
      const begunMs = this.#clock.nowMs();
      try {
        const { tasks, stop } = await client.poll(session, this.#prefetch.slots, over);
        failures = 0;
        connected();
        this.#stopLeases(stop);
        for (const task of tasks) this.#take(task, reporter);
        const empty = tasks.length === 0 && stop.length === 0;
        if (empty && this.#clock.nowMs() - begunMs < pollIntervalMs) await this.#clock.sleep(pollIntervalMs, over);
      } catch (thrown) {
        if (over.aborted) return;
        const error = DegovError.from(thrown);
        if (error.code === "FAILED_PRECONDITION") throw error; // the session is gone: register again
        logger.warn("Cannot poll: {reason}", { reason: error.message });
        await this.#pause(++failures);
      }
    }
  }

  /** Heartbeats until the session is over; ends it when the engine says so. */
  async #beat(session: Session, ended: AbortController): Promise<void> {
    const { client, heartbeatIntervalMs } = this.#options;
    const intervalMs = Math.min(heartbeatIntervalMs, session.sessionTimeoutMs / 3);
    while (!ended.signal.aborted) {
      await this.#clock.sleep(intervalMs, ended.signal);
      if (ended.signal.aborted) return;
      try {
        this.#stopLeases(
          await client.heartbeat(
            session,
            [...this.#held.values()].map(({ name }) => name),
            this.#options.pool.stats(),
          ),
        );
      } catch (thrown) {
        const error = DegovError.from(thrown);
        logger.warn("Cannot send a heartbeat: {reason}", { reason: error.message });
        if (error.code === "FAILED_PRECONDITION") return ended.abort();
      }
    }
  }

  #take(task: Task, reporter: Reporter): void {
    const { instanceId, taskId, leaseToken } = task;
    const held: HeldLease = { name: { instanceId, taskId, leaseToken }, stop: new AbortController() };
    this.#held.set(leaseToken, held);
    this.#execute(task, held, reporter).finally(() => {
      this.#held.delete(leaseToken);
      if (this.#held.size === 0) this.#idle?.();
    });
  }

  async #execute(task: Task, { name, stop }: HeldLease, reporter: Reporter): Promise<void> {
    const span = task.traceparent === "" ? undefined : executionSpan(task, this.#options.workerId);
    const outcome = await this.#outcome(task, stop.signal);
    span?.setAttribute("degov.outcome", outcome.status).end();
    if (outcome.status === "cancelled") return;
    this.#prefetch.observe(outcome.durationMs);
    const completion = toCompletion(name, outcome);
    await reporter.report(span === undefined ? completion : { ...completion, traceparent: traceparentOf(span) });
  }

  async #outcome(task: Task, signal: AbortSignal): Promise<Outcome> {
    const { pool, memoryBytes = TASK_MEMORY_BYTES_DEFAULT } = this.#options;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const code = await this.#codes.get(task.codeHash);
        return await pool.execute({
          label: `${task.workflow}/${task.name}`,
          codeHash: task.codeHash,
          code,
          input: task.input,
          timeoutMs: task.timeoutMs,
          memoryBytes,
        }, signal);
      } catch (thrown) {
        // The code could not be fetched, or the pool is full or closing: none of this is the task's doing.
        const error = DegovError.from(thrown);
        logger.warn("Cannot begin task {task}: {reason}", { task: task.name, reason: error.message });
        await this.#clock.sleep(backoffMs(RETRY_DELAY, failures, Math.random()), signal);
      }
    }
    return { status: "cancelled" };
  }

  #stopLeases(leases: readonly Lease[]): void {
    for (const { leaseToken } of leases) this.#held.get(leaseToken)?.stop.abort();
  }

  /** Waits for what is held, gives back what takes too long, and says goodbye. */
  async #drain(session: Session): Promise<void> {
    const { client, drainMs, workerId } = this.#options;
    if (this.#held.size > 0) {
      const over = new AbortController();
      this.#idle = () => over.abort();
      await this.#clock.sleep(drainMs, over.signal);
    }
    const left = [...this.#held.values()];
    for (const { stop } of left) stop.abort();
    try {
      if (left.length > 0) await client.release(session, left.map(({ name }) => name));
      await client.deregister({ workerId, session: session.session, crashed: false });
    } catch (thrown) {
      logger.warn("Cannot say goodbye: {reason}", { reason: DegovError.from(thrown).message });
    }
  }

  async #pause(failures: number): Promise<void> {
    await this.#clock.sleep(backoffMs(RETRY_DELAY, failures, Math.random()), this.#stopping.signal);
  }
}

/** The span of an execution, a child of its hand-out. */
function executionSpan(task: Task, workerId: string): Span {
  return startSpan(`execute ${task.name}`, {
    parent: task.traceparent,
    kind: SpanKind.CONSUMER,
    attributes: {
      "degov.instance": task.instanceId,
      "degov.workflow": task.workflow,
      "degov.task": task.taskId,
      "degov.attempt": task.attempt,
      "degov.worker": workerId,
    },
  });
}

const RETRY_DELAY = { initialDelayMs: 100, multiplier: 2, maxDelayMs: 5_000, jitter: 0.5 };

function toCompletion(lease: LeaseInit, outcome: Exclude<Outcome, { status: "cancelled" }>): CompletionInit {
  const { console, durationMs } = outcome;
  return {
    lease,
    console,
    durationMs,
    result: outcome.status === "completed"
      ? { case: "output", value: outcome.output as Uint8Array<ArrayBuffer> }
      : { case: "failure", value: outcome.failure },
  };
}
