/**
 * The scheduler: one transaction at a time, and what follows from it.
 *
 * Owns the membership, the dispatcher, the backlog, the timers' clockwork and the sweep; knows nothing of RPC.
 *
 * - C1 Every change of state is one transaction; what it causes outside the store follows its commit (effects.ts).
 * - C2 While tasks wait in the store, new ones queue up behind them; only when nothing is known to wait is a task handed
 *      out in the transaction that creates it.
 */

import type { Clock } from "../../shared/clock.ts";
import { newToken } from "../../shared/ids.ts";
import type { Random } from "../../shared/random.ts";
import { VERSION } from "../../shared/version.ts";
import type { InstanceChanges } from "../changes.ts";
import { Membership } from "../cluster/membership.ts";
import type { DefinitionCatalog } from "../definitions.ts";
import type { Capability } from "../keyspace.ts";
import type { Store, Txn } from "../store/store.ts";
import { Backlog } from "./backlog.ts";
import type { CompletionContext } from "./completion.ts";
import { Dispatcher, type LeaseName } from "./dispatcher.ts";
import type { EventLog } from "../events/event_log.ts";
import { Effects, type EffectTargets, type RecordMeter } from "./effects.ts";
import { Sweep } from "./sweep.ts";
import { readUnfinishedTask } from "./task_record.ts";
import { TimerClockwork } from "./timer_clockwork.ts";

export interface SchedulerOptions {
  /** Of this engine, unique among those that share the store. */
  readonly id: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly definitions: DefinitionCatalog;
  readonly changes: InstanceChanges;
  /** A worker that is not heard of for so long is lost. */
  readonly sessionTimeoutMs: number;
  /** Keeps the log of all events, where there is one. */
  readonly eventLog?: EventLog;
  /** Measures what is committed, where somebody asked for that. */
  readonly meter?: RecordMeter;
  /** Told of what goes wrong in the background. */
  readonly onError: (what: string, error: unknown) => void;
}

/** One run of a transaction's body. */
export type Run = CompletionContext & { readonly effects: Effects; readonly txn: Txn };

export class Scheduler implements EffectTargets {
  readonly options: SchedulerOptions;
  readonly dispatcher: Dispatcher;
  readonly changes: InstanceChanges;
  readonly membership: Membership;
  readonly #backlog: Backlog;
  readonly #timers: TimerClockwork;
  readonly #sweep: Sweep;

  constructor(options: SchedulerOptions) {
    this.options = options;
    this.changes = options.changes;
    this.dispatcher = new Dispatcher(() => options.clock.nowMs());
    this.membership = new Membership({ ...options, version: VERSION });
    this.#backlog = new Backlog(this);
    this.#timers = new TimerClockwork(this);
    this.#sweep = new Sweep(this);
  }

  start(): void {
    this.membership.start();
    this.#backlog.start();
    this.#timers.start();
    this.#sweep.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#timers.stop(), this.#sweep.stop(), this.#backlog.stop()]);
    await this.membership.stop();
  }

  /** Runs the body in a transaction and carries out its effects once it has committed (C1). */
  async transact<T>(body: (run: Run) => Promise<T>): Promise<T> {
    const { store, clock, random, definitions } = this.options;
    const unsure: Effects[] = [];
    try {
      const value = await store.transact(async (txn) => {
        const effects = new Effects(this);
        unsure.push(effects);
        return await body({ txn, effects, definitions, random, newToken, nowMs: clock.nowMs() });
      });
      unsure.pop()!.carryOut();
      return value;
    } finally {
      for (const effects of unsure) await effects.settle((lease) => this.#isLive(lease));
      // Places that they had taken are free again: until now a task may have been queued for want of one.
      if (unsure.length > 0) this.drainBacklog();
    }
  }

  /** Tasks may be waiting for workers that are listening: hands them out. */
  drainBacklog(): void {
    this.#backlog.drain();
  }

  /** Whether a lease that may have been committed was. If the store cannot say, the next heartbeat will (W3). */
  async #isLive({ instanceId, taskId, token }: LeaseName): Promise<boolean> {
    try {
      return await this.options.store.transact(async (txn) => {
        const task = await readUnfinishedTask(txn, instanceId, taskId);
        return task?.record.status === "leased" && task.record.token === token;
      });
    } catch {
      return false;
    }
  }

  // EffectTargets

  mayHandOut(capability: Capability): boolean {
    return !this.#backlog.mayHave(capability); // C2
  }

  get hasPeers(): boolean {
    return this.membership.hasPeers;
  }

  get eventLog(): EventLog | undefined {
    return this.options.eventLog;
  }

  get meter(): RecordMeter | undefined {
    return this.options.meter;
  }

  queued(capability: Capability, shard: number): void {
    this.#backlog.grew(capability, shard);
  }

  timerSet(fireAtMs: number): void {
    this.#timers.set(fireAtMs);
  }
}
