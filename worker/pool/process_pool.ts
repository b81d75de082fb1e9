/**
 * The pool of isolates, each in a process of its own.
 *
 * It keeps `slots` + 1 processes, of which at most `slots` run tasks: the one over is the warm spare, so that replacing
 * a killed isolate costs no task the time of a start. Executions known to be short are written ahead, a few per isolate.
 *
 * - P1: an execution is queued, held by one isolate, or has its outcome.
 * - P2: the deadline is kept by this process; an isolate that crosses it is killed.
 * - P3: a reply means that the isolate has come to rest; a death is blamed on the execution that was first in line (S1),
 *   the others are queued again, before all that wait.
 * - P4: nothing an isolate writes or does makes the pool throw.
 * - P5: after {@link Pool.close} no process is left.
 * - P6: an execution written ahead waits no longer than {@link STALL_MS} behind one that turns out to be long.
 * - P7: code that had to be killed does not crowd out code that had not ({@link Suspects}), nor is it starved.
 */

import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { TASK_MEMORY_BYTES_DEFAULT } from "../../shared/limits.ts";
import type { PoolStats } from "../../shared/pool_stats.ts";
import { deadlineFailure, deathFailure, isMemoryDeath } from "./death.ts";
import { DurationBook } from "./duration_book.ts";
import { isolateCommand } from "./isolate_command.ts";
import type { IsolateCommand } from "./isolate_process.ts";
import { Job } from "./job.ts";
import type { Execution, Outcome, Pool, PoolOptions } from "./pool.ts";
import { Queue } from "./queue.ts";
import { Seat } from "./seat.ts";
import { Suspects } from "./suspects.ts";

/** Waits before starts that follow failed starts, in ms; the last is repeated. */
const START_BACKOFF_MS = [0, 50, 200, 1_000, 5_000];
/** Failed starts in a row after which queued executions fail instead of waiting. */
const STARTS_FAILED_MAX = 4;
/** Executions an isolate is sent at most; it gets more when half of them are done, so that they travel together. */
const AHEAD_MAX = 8;
/** After this time behind one that was thought to be short, what was written ahead goes elsewhere. */
const STALL_MS = 10;

/** What a test or an embedder may set besides the pool's own options. */
export interface ProcessPoolOptions extends PoolOptions {
  /** How an isolate's process is started; by default this Deno with the isolate of this source tree. */
  command?: IsolateCommand;
}

/** Opens a pool; resolves when the first isolate takes work. Throws DegovError UNAVAILABLE when none can be started. */
export async function openPool(options: ProcessPoolOptions): Promise<Pool> {
  const pool = new ProcessPool(options);
  try {
    await pool.firstReady;
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

class ProcessPool implements Pool {
  readonly slots: number;
  readonly firstReady: Promise<void>;
  readonly #options: ProcessPoolOptions;
  readonly #memoryBytesMax: number;
  readonly #command: IsolateCommand;
  readonly #queue = new Queue<Job>();
  /** Executions of suspects; one joins when its turn comes in the queue. */
  readonly #suspectQueue = new Queue<Job>();
  readonly #seats = new Set<Seat>();
  /** Seats without work, the most recently used last: its code is loaded, its caches are warm. */
  readonly #idle: Seat[] = [];
  readonly #durations = new DurationBook();
  readonly #suspects: Suspects;
  readonly #ready = Promise.withResolvers<void>();
  readonly #stats = {
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
  #busy = 0;
  #closed = false;
  #failedStarts = 0;
  #startTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #watchAtMs = Infinity;

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    this.#memoryBytesMax = options.memoryBytesMax ?? TASK_MEMORY_BYTES_DEFAULT;
    this.#command = options.command ?? isolateCommand(this.#memoryBytesMax);
    this.slots = options.slots;
    this.#suspects = new Suspects(options.slots);
    this.firstReady = this.#ready.promise;
    this.firstReady.catch(() => {});
    this.#fill();
  }

  get capacity(): number {
    return Math.max(0, this.slots - this.#busy) + Math.max(0, this.#options.queueMax - this.#queued);
  }

  get #queued(): number {
    return this.#queue.length + this.#suspectQueue.length;
  }

  execute(execution: Execution, signal?: AbortSignal): Promise<Outcome> {
    if (this.#closed) {
      return Promise.reject(new DegovError("UNAVAILABLE", `Cannot run ${execution.label}: the pool is closed`));
    }
    if (signal?.aborted) return Promise.resolve({ status: "cancelled" });
    if (this.capacity <= 0) {
      const message = `Cannot queue ${execution.label}: ${this.#queued} executions are waiting already`;
      return Promise.reject(new DegovError("RESOURCE_EXHAUSTED", message));
    }
    const memoryBytes = Math.min(execution.memoryBytes, this.#memoryBytesMax);
    const job = new Job(memoryBytes === execution.memoryBytes ? execution : { ...execution, memoryBytes }, signal);
    job.onAbort(() => this.#cancel(job));
    this.#queue.push(job);
    this.#dispatch();
    return job.outcome;
  }

  stats(): PoolStats {
    let residentBytes = 0;
    for (const seat of this.#seats) residentBytes += seat.residentBytes;
    return { slots: this.slots, busy: this.#busy, queued: this.#queued, residentBytes, ...this.#stats };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#startTimer);
    clearTimeout(this.#watchTimer);
    for (const job of [...this.#queue.drain(), ...this.#suspectQueue.drain()]) job.settle({ status: "cancelled" });
    const exits = [...this.#seats].map((seat) => {
      for (const job of [seat.job, ...seat.takeBack()]) job?.settle({ status: "cancelled" });
      seat.kill();
      return seat.exited;
    });
    await Promise.all(exits); // P5
  }

  /** Starts isolates until there is one more than slots. */
  #fill(): void {
    if (this.#closed || this.#startTimer !== undefined) return;
    const waitMs = START_BACKOFF_MS[Math.min(this.#failedStarts, START_BACKOFF_MS.length - 1)];
    if (waitMs === 0) return this.#startMissing(this.slots + 1);
    this.#startTimer = setTimeout(() => {
      this.#startTimer = undefined;
      this.#startMissing(1);
    }, waitMs);
  }

  #startMissing(most: number): void {
    for (let started = 0; started < most && this.#seats.size < this.slots + 1 && !this.#closed; started++) {
      try {
        const seat = new Seat(this.#command, {
          onReady: () => this.#onReady(seat),
          onEnding: (job, outcome) => this.#onEnding(seat, job, outcome),
          onExit: () => this.#onExit(seat),
        });
        this.#stats.isolatesStarted++;
        this.#seats.add(seat);
      } catch (error) {
        return this.#onStartFailed(error instanceof Error ? error.message : String(error));
      }
    }
  }

  #onReady(seat: Seat): void {
    this.#failedStarts = 0;
    this.#ready.resolve();
    this.#idle.unshift(seat);
    this.#fill(); // after failed starts there is one try at a time: what else is missing can be started now
    this.#dispatch();
  }

  #onStartFailed(why: string): void {
    this.#failedStarts++;
    if (this.#failedStarts >= STARTS_FAILED_MAX && ![...this.#seats].some((seat) => seat.isReady)) {
      const message = `No isolate can be started: ${why.slice(0, 1024)}`;
      this.#ready.reject(new DegovError("UNAVAILABLE", message));
      for (const job of [...this.#queue.drain(), ...this.#suspectQueue.drain()]) {
        this.#fail(job, 0, { code: "ISOLATE_CRASHED", message });
      }
    }
    this.#fill();
  }

  /** Hands queued executions to idle isolates, then ahead to busy ones. */
  #dispatch(): void {
    while (this.#busy < this.slots && this.#idle.length > 0) {
      const next = this.#next();
      if (next === undefined) break;
      const seat = this.#idle.pop()!;
      this.#busy++;
      seat.runsSuspect = next.isSuspect;
      this.#send(seat, [next.job]);
    }
    if (this.#queue.length === 0) return;
    for (const seat of this.#seats) {
      if (seat.outstanding === 0 || seat.outstanding > AHEAD_MAX / 2 || seat.wasKilled || !this.#isShort(seat)) {
        continue;
      }
      const jobs = this.#takeShort(AHEAD_MAX - seat.outstanding);
      if (jobs.length === 0) return;
      this.#send(seat, jobs);
      this.#watch(performance.now() + STALL_MS);
    }
  }

  /** The execution whose turn it is (P7), if one may start now. */
  #next(): { job: Job; isSuspect: boolean } | undefined {
    for (let job = this.#queue.peek(); job !== undefined && this.#isSuspect(job); job = this.#queue.peek()) {
      this.#suspectQueue.push(this.#queue.shift()!);
    }
    const othersWait = this.#queue.length > 0;
    if (this.#suspectQueue.length > 0 && this.#suspects.mayStart(performance.now(), othersWait)) {
      this.#suspects.noteStart();
      return { job: this.#suspectQueue.shift()!, isSuspect: true };
    }
    const job = this.#queue.shift();
    return job && { job, isSuspect: false };
  }

  /** Lets go of the suspects' share that a seat held. */
  #endSuspect(seat: Seat, startedMs: number): void {
    if (!seat.runsSuspect) return;
    seat.runsSuspect = false;
    const nowMs = performance.now();
    this.#suspects.noteEnd(nowMs, { durationMs: nowMs - startedMs, wasKilled: seat.exit !== undefined });
  }

  #isSuspect(job: Job): boolean {
    return this.#suspects.has(job.execution.codeHash);
  }

  #isShort(seat: Seat): boolean {
    return seat.lastCodeHash !== undefined && this.#durations.isShort(seat.lastCodeHash) &&
      performance.now() - seat.startedMs < STALL_MS;
  }

  /** The next executions, up to the first one that is not known to be short. */
  #takeShort(most: number): Job[] {
    const jobs: Job[] = [];
    while (jobs.length < most) {
      const next = this.#queue.peek();
      if (next === undefined || !this.#durations.isShort(next.execution.codeHash)) break;
      jobs.push(this.#queue.shift()!);
    }
    return jobs;
  }

  #send(seat: Seat, jobs: Job[]): void {
    const before = seat.codeCacheHits;
    seat.start(jobs);
    const hits = seat.codeCacheHits - before;
    this.#stats.codeCacheHits += hits;
    this.#stats.codeCacheMisses += jobs.length - hits;
    this.#watch(seat.deadlineMs);
  }

  #onEnding(seat: Seat, job: Job | undefined, outcome: Outcome): void {
    this.#endSuspect(seat, seat.endedStartMs);
    if (job !== undefined && outcome.status !== "cancelled") {
      this.#durations.note(job.execution.codeHash, outcome.durationMs);
      this.#suspects.noteCompleted(job.execution.codeHash);
      this.#settle(job, outcome);
    }
    this.#watch(seat.deadlineMs);
    if (this.#isWornOut(seat)) {
      this.#stats.isolatesRecycled++;
      this.#queue.unshift(seat.takeBack());
      if (seat.job !== undefined) this.#queue.unshift([seat.job]);
      this.#retire(seat);
    } else if (seat.outstanding === 0) {
      this.#busy--;
      this.#idle.push(seat);
    }
    this.#dispatch();
  }

  #isWornOut(seat: Seat): boolean {
    const { executionsPerIsolateMax, isolateGrowthBytesMax } = this.#options;
    return seat.executions - seat.outstanding >= executionsPerIsolateMax || seat.growthBytes > isolateGrowthBytesMax;
  }

  /** Ends a seat that has come to rest, with nothing to blame on anybody. */
  #retire(seat: Seat): void {
    seat.clear();
    seat.kill();
    this.#busy--;
  }

  #onExit(seat: Seat): void {
    this.#seats.delete(seat);
    const index = this.#idle.indexOf(seat);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#endSuspect(seat, seat.startedMs);
    if (seat.outstanding > 0) {
      this.#busy--;
      const { job } = seat;
      this.#queue.unshift(seat.takeBack()); // P3
      if (job !== undefined) this.#onDeath(seat, job);
      seat.clear();
    }
    if (this.#closed) return;
    if (seat.failedToStart) {
      this.#onStartFailed(seat.exit!.stderr || `it ended with code ${seat.exit!.code}`);
    } else {
      this.#fill();
    }
    this.#dispatch();
  }

  /** The process of a seat ended while it ran a job. */
  #onDeath(seat: Seat, job: Job): void {
    if (job.isSettled) return;
    const exit = seat.exit!;
    if (isMemoryDeath(exit)) this.#stats.memoryKills++;
    else this.#stats.crashes++;
    this.#fail(job, seat.startedMs, deathFailure(exit, job.execution, this.#memoryBytesMax));
  }

  /** Fails a job that was killed, or never had an isolate. */
  #fail(job: Job, startedMs: number, failure: Failure): void {
    this.#durations.forget(job.execution.codeHash);
    this.#suspects.noteKilled(job.execution.codeHash);
    const durationMs = startedMs === 0 ? 0 : performance.now() - startedMs;
    this.#settle(job, { status: "failed", failure, console: job.console, durationMs });
  }

  #settle(job: Job, outcome: Outcome): void {
    if (job.isSettled) return;
    this.#stats.executions++;
    if (outcome.status === "failed") this.#stats.failures++;
    job.settle(outcome);
  }

  #cancel(job: Job): void {
    job.settle({ status: "cancelled" });
    if (this.#queue.remove(job) || this.#suspectQueue.remove(job)) return;
    for (const seat of this.#seats) {
      if (seat.job === job) seat.kill();
      else seat.drop(job);
    }
  }

  /** Makes sure that the watch looks at `atMs` at the latest. */
  #watch(atMs: number): void {
    if (atMs >= this.#watchAtMs || this.#closed) return;
    clearTimeout(this.#watchTimer);
    this.#watchAtMs = atMs;
    this.#watchTimer = setTimeout(() => this.#look(), Math.max(0, atMs - performance.now()));
  }

  /** Kills what has crossed its deadline (P2), and frees what waits behind something long (P6). */
  #look(): void {
    const nowMs = performance.now();
    this.#watchAtMs = Infinity;
    for (const seat of this.#seats) {
      if (seat.outstanding === 0 || seat.wasKilled) continue;
      if (seat.deadlineMs <= nowMs) {
        this.#onDeadline(seat);
      } else {
        this.#watch(seat.deadlineMs);
        if (seat.outstanding === 1) continue;
        if (nowMs - seat.startedMs >= STALL_MS) this.#queue.unshift(seat.takeBack());
        else this.#watch(seat.startedMs + STALL_MS);
      }
    }
    this.#dispatch();
  }

  #onDeadline(seat: Seat): void {
    const { job } = seat;
    if (job !== undefined && !job.isSettled) {
      this.#stats.deadlines++;
      this.#fail(job, seat.startedMs, deadlineFailure(job.execution));
    }
    seat.kill();
  }
}
