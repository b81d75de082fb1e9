/**
 * Fires timers that are due: the machine's, and those that end a task's delay.
 *
 * - K1 Never early: a timer is fired only when this engine's clock has reached its time.
 * - K2 Once: the transaction that fires a timer clears it, and one that finds it gone does nothing.
 * - K3 A look at the store at least every LOOK_MS finds what another engine set, and makes a clock that jumps harmless.
 *      A look reads one pair per shard, however many timers wait.
 * - K4 An engine fires the timers of its own shards when they are due, and those of the others GRACE_MS later: engines do
 *      not meet, and no timer depends on one engine.
 * - K5 Timers that are due when they are set (messages between instances, admissions) are fired by the engine that set
 *      them, whichever shard they are in: nothing would wake the other one.
 * - K6 A timer that cannot be fired holds up no other; it is tried again after growing pauses (firing_trouble.ts).
 */

import { DegovError } from "../../shared/errors.ts";
import { afterLast, decodeTimerKey, SHARDS, timerKey, type TimerPlace, timersRange } from "../keyspace.ts";
import { ADMIT_TIMER } from "./admission.ts";
import { retriedTaskId, toTaskBody } from "./grant.ts";
import { DELIVERY_TRIES_MAX, FiringTrouble } from "./firing_trouble.ts";
import { deliver, messageNumber, put } from "./outbox.ts";
import { place as placeTask } from "./placing.ts";
import { tick, wake } from "../schedules/ticking.ts";
import { toScheduleTimer } from "./schedule_timer.ts";
import type { Scheduler } from "./scheduler.ts";
import { readUnfinishedTask } from "./task_record.ts";
import { oldestMessage, setAside } from "./undelivered.ts";

/** See K3. */
const LOOK_MS = 1_000;
/** See K4. */
const GRACE_MS = 500;
/** Timers fired at a time: enough to fill a group of commits, few enough to bound memory. */
const FIRED_AT_ONCE_MAX = 128;

export class TimerClockwork {
  readonly #scheduler: Scheduler;
  readonly #trouble = new FiringTrouble();
  #nextMs = 0;
  /** Something was set that is due at once (K5). */
  #isUrgent = false;
  /** What #isUrgent was when the present look began. */
  #isLookUrgent = false;
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake.abort();
    await this.#running;
  }

  /** A timer was set. */
  set(fireAtMs: number): void {
    if (fireAtMs <= this.#scheduler.options.clock.nowMs()) this.#isUrgent = true;
    if (fireAtMs >= this.#nextMs) return;
    this.#nextMs = fireAtMs;
    this.#wake.abort();
  }

  async #run(): Promise<void> {
    const { clock, onError } = this.#scheduler.options;
    while (!this.#stopped) {
      this.#nextMs = Infinity;
      this.#isLookUrgent = this.#isUrgent;
      this.#isUrgent = false;
      try {
        for (const shard of await this.#dueShards()) await this.#fireShard(shard);
      } catch (error) {
        onError("fire timers", error);
        this.#nextMs = Infinity; // try again at the next look
      }
      const nowMs = clock.nowMs();
      if (this.#nextMs <= nowMs || this.#stopped) continue;
      this.#wake = new AbortController();
      await clock.sleep(Math.min(this.#nextMs - nowMs, LOOK_MS), this.#wake.signal);
    }
  }

  /** The shards in which this engine has something to fire; notes when the next of the others is due. */
  async #dueShards(): Promise<number[]> {
    const { store, clock } = this.#scheduler.options;
    const firsts = await store.transact((txn) =>
      Promise.all(Array.from({ length: SHARDS }, (_, shard) => {
        const { begin, end } = timersRange(shard);
        return txn.range(begin, end, { limit: 1, snapshot: true });
      }))
    );
    const nowMs = clock.nowMs();
    const due: number[] = [];
    firsts.forEach((pairs, shard) => {
      if (pairs.length === 0) return;
      const dueMs = decodeTimerKey(pairs[0].key).fireAtMs + this.#graceMs(shard);
      if (dueMs <= nowMs) due.push(shard);
      else this.#nextMs = Math.min(this.#nextMs, dueMs);
    });
    return due;
  }

  /** K4, K5 */
  #graceMs(shard: number): number {
    return this.#isLookUrgent || this.#scheduler.membership.owns(shard) ? 0 : GRACE_MS;
  }

  /** Fires what is due in a shard, and notes when the next is. */
  async #fireShard(shard: number): Promise<void> {
    const { store, clock } = this.#scheduler.options;
    const { begin, end } = timersRange(shard);
    let from = begin;
    for (;;) {
      const pairs = await store.transact((txn) => txn.range(from, end, { limit: FIRED_AT_ONCE_MAX, snapshot: true }));
      const nowMs = clock.nowMs();
      const places = pairs.map(({ key }) => decodeTimerKey(key));
      const due = places.filter((place) => place.fireAtMs + this.#graceMs(shard) <= nowMs); // K1
      await Promise.all(due.map((place) => this.#fire(place)));
      const next = places[due.length];
      if (next !== undefined) this.#nextMs = Math.min(this.#nextMs, next.fireAtMs + this.#graceMs(shard));
      if (next !== undefined || pairs.length < FIRED_AT_ONCE_MAX || this.#stopped) return;
      from = afterLast(pairs);
    }
  }

  async #fire(place: TimerPlace): Promise<void> {
    if (!this.#trouble.mayFire(place, this.#scheduler.options.clock.nowMs())) return;
    try {
      await this.#scheduler.transact(async (run) => {
        const { txn } = run;
        const key = timerKey(place);
        if (await txn.get(key) === undefined) return; // K2
        txn.clear(key);
        const schedule = toScheduleTimer(place);
        if (schedule !== undefined) {
          return await (schedule.isTick ? tick(run, schedule.id, place.fireAtMs) : wake(run, schedule.id));
        }
        const message = messageNumber(place.timerId);
        if (message !== undefined) return await deliver(run, place, message);
        const taskId = retriedTaskId(place.timerId);
        if (taskId !== undefined) {
          const task = await readUnfinishedTask(txn, place.instanceId, taskId);
          if (task?.record.status !== "delayed") return;
          await placeTask(run, { ...toTaskBody(task), instanceId: place.instanceId, taskId });
          return;
        }
        const isAdmission = place.timerId === ADMIT_TIMER;
        await put(
          run,
          place.instanceId,
          isAdmission ? { kind: "admit" } : { kind: "timerFired", timerId: place.timerId },
        );
      });
      this.#trouble.fired(place);
    } catch (error) {
      // One timer must not hold up the others; it is still in the store and is tried again later.
      this.#scheduler.options.onError(`fire timer "${place.timerId}" of instance "${place.instanceId}"`, error);
      await this.#afterFailure(place, DegovError.from(error));
    }
  }

  /** Decides when a timer that could not be fired is tried again, and gives up a message that was tried enough. */
  async #afterFailure(place: TimerPlace, error: DegovError): Promise<void> {
    const { clock, store, onError } = this.#scheduler.options;
    const { instanceId: from, timerId } = place;
    const number = messageNumber(timerId);
    try {
      // Only the oldest can be what is wrong: it is delivered before the others.
      if (number !== undefined && await store.transact((txn) => oldestMessage(txn, from)) !== number) return;
      const tries = this.#trouble.failed(place, error, clock.nowMs());
      if (number === undefined || tries < DELIVERY_TRIES_MAX) return;
      const giveUp = (tell: boolean) =>
        this.#scheduler.transact(async (run) => {
          run.txn.clear(timerKey(place));
          await setAside(run, { from, number }, { error, tell });
        });
      await giveUp(true).catch(() => giveUp(false)); // the sender may be what is wrong
      this.#trouble.fired(place);
      onError(`deliver message ${number} of instance "${from}", which is given up after ${tries} tries`, error);
    } catch (thrown) {
      onError(`give up message ${number} of instance "${from}"`, thrown);
    }
  }
}
