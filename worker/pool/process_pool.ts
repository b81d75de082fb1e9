/**
 * The pool of isolates, each in a process of its own.
 *
 * It keeps `slots` + 1 processes, of which at most `slots` run tasks: the one over is the warm spare, so that replacing
 * a killed isolate costs no task the time of a start.
 *
 * - P1: an execution is queued, held by exactly one isolate, or has its outcome.
 * - P2: the deadline is kept by this process; an isolate that crosses it is killed, with whatever it holds.
 * - P3: a reply means that the isolate has come to rest; a death is blamed on the execution that has had no reply.
 * - P4: nothing an isolate writes or does makes the pool throw.
 * - P5: after {@link Pool.close} no process is left.
 */

import { DegovError } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import { deadlineFailure, deathFailure, isMemoryDeath } from "./death.ts";
import { isolateCommand } from "./isolate_command.ts";
import type { IsolateCommand } from "./isolate_process.ts";
import { Job } from "./job.ts";
import type { Execution, Outcome, Pool, PoolOptions, PoolStats } from "./pool.ts";
import { Queue } from "./queue.ts";
import { Seat } from "./seat.ts";

/** Waits before starts that follow failed starts, in ms; the last is repeated. */
const START_BACKOFF_MS = [0, 50, 200, 1_000, 5_000];
/** Failed starts in a row after which queued executions fail instead of waiting. */
const STARTS_FAILED_MAX = 5;

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
  readonly #command: IsolateCommand;
  readonly #queue = new Queue<Job>();
  readonly #seats = new Set<Seat>();
  /** Seats without work, the most recently used last: its code is loaded, its code is warm. */
  readonly #idle: Seat[] = [];
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
    this.#command = options.command ?? isolateCommand();
    this.slots = options.slots;
    this.firstReady = this.#ready.promise;
    this.firstReady.catch(() => {});
    this.#fill();
  }

  get capacity(): number {
    return Math.max(0, this.slots - this.#busy) + Math.max(0, this.#options.queueMax - this.#queue.length);
  }

  execute(execution: Execution, signal?: AbortSignal): Promise<Outcome> {
    if (this.#closed) return Promise.reject(new DegovError("UNAVAILABLE", `Cannot run ${execution.label}: closed`));
    if (signal?.aborted) return Promise.resolve({ status: "cancelled" });
    if (this.capacity <= 0) {
      return Promise.reject(
        new DegovError("RESOURCE_EXHAUSTED", `Cannot queue ${execution.label}: ${this.#queue.length} are waiting`),
      );
    }
    const job = new Job(execution, signal);
    job.onAbort(() => this.#cancel(job));
    this.#queue.push(job);
    this.#dispatch();
    return job.outcome;
  }

  stats(): PoolStats {
    let residentBytes = 0;
    for (const seat of this.#seats) residentBytes += seat.residentBytes;
    return { slots: this.slots, busy: this.#busy, queued: this.#queue.length, residentBytes, ...this.#stats };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#startTimer);
    clearTimeout(this.#watchTimer);
    for (const job of this.#queue.drain()) job.settle({ status: "cancelled" });
    const exits = [...this.#seats].map((seat) => {
      seat.job?.settle({ status: "cancelled" });
      seat.kill();
      return seat.exited;
    });
    await Promise.all(exits); // P5
  }

  /** Starts isolates until there is one more than slots. */
  #fill(): void {
    if (this.#closed || this.#startTimer !== undefined) return;
    const waitMs = START_BACKOFF_MS[Math.min(this.#failedStarts, START_BACKOFF_MS.length - 1)];
    if (waitMs > 0) {
      this.#startTimer = setTimeout(() => {
        this.#startTimer = undefined;
        this.#startMissing(1);
      }, waitMs);
      return;
    }
    this.#startMissing(this.slots + 1);
  }

  #startMissing(most: number): void {
    for (let started = 0; started < most && this.#seats.size < this.slots + 1 && !this.#closed; started++) {
      try {
        const seat = new Seat(this.#command, {
          onReady: () => this.#onReady(seat),
          onEnding: (ending) => this.#onEnding(seat, ending),
          onExit: () => this.#onExit(seat),
        });
        this.#stats.isolatesStarted++;
        this.#seats.add(seat);
      } catch (error) {
        this.#onStartFailed(error instanceof Error ? error.message : String(error));
        return;
      }
    }
  }

  #onReady(seat: Seat): void {
    this.#failedStarts = 0;
    this.#ready.resolve();
    this.#idle.push(seat);
    this.#dispatch();
  }

  #onStartFailed(why: string): void {
    this.#failedStarts++;
    if (this.#failedStarts >= STARTS_FAILED_MAX) {
      const message = `No isolate can be started: ${why.slice(0, 1024)}`;
      this.#ready.reject(new DegovError("UNAVAILABLE", message));
      for (const job of this.#queue.drain()) this.#fail(job, { code: "ISOLATE_CRASHED", message });
    }
    this.#fill();
  }

  /** Hands queued executions to idle isolates. */
  #dispatch(): void {
    while (this.#busy < this.slots && this.#idle.length > 0) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      const seat = this.#idle.pop()!;
      this.#busy++;
      if (seat.start(job)) this.#stats.codeCacheHits++;
      else this.#stats.codeCacheMisses++;
      this.#watch(job.deadlineMs);
    }
  }

  #onEnding(seat: Seat, outcome: Outcome): void {
    const job = seat.release();
    this.#busy--;
    this.#settle(job, outcome);
    const { executionsPerIsolateMax, isolateGrowthBytesMax } = this.#options;
    if (seat.executions >= executionsPerIsolateMax || seat.growthBytes > isolateGrowthBytesMax) {
      this.#stats.isolatesRecycled++;
      seat.kill();
    } else {
      this.#idle.push(seat);
    }
    this.#dispatch();
  }

  #onExit(seat: Seat): void {
    this.#seats.delete(seat);
    const index = this.#idle.indexOf(seat);
    if (index >= 0) this.#idle.splice(index, 1);
    const { job, exit } = seat;
    if (job !== undefined) {
      this.#busy--;
      seat.release();
      if (!job.isSettled) this.#fail(job, this.#reason(seat, job)); // P3
    }
    if (this.#closed) return;
    if (!seat.wasReady && !seat.wasKilled) this.#onStartFailed(exit!.stderr || `it ended with code ${exit!.code}`);
    else this.#fill();
    this.#dispatch();
  }

  #reason(seat: Seat, job: Job): Failure {
    const exit = seat.exit!;
    if (isMemoryDeath(exit)) this.#stats.memoryKills++;
    else this.#stats.crashes++;
    return deathFailure(exit, job.execution);
  }

  #fail(job: Job, failure: Failure): void {
    const durationMs = job.startedMs === 0 ? 0 : performance.now() - job.startedMs;
    this.#settle(job, { status: "failed", failure, console: job.console, durationMs });
  }

  #settle(job: Job, outcome: Outcome): void {
    if (job.isSettled) return;
    if (outcome.status !== "cancelled") this.#stats.executions++;
    if (outcome.status === "failed") this.#stats.failures++;
    job.settle(outcome);
  }

  #cancel(job: Job): void {
    this.#queue.remove(job);
    job.settle({ status: "cancelled" });
    for (const seat of this.#seats) if (seat.job === job) seat.kill();
  }

  /** Makes sure that the watch looks at `deadlineMs` at the latest. */
  #watch(deadlineMs: number): void {
    if (deadlineMs >= this.#watchAtMs) return;
    clearTimeout(this.#watchTimer);
    this.#watchAtMs = deadlineMs;
    this.#watchTimer = setTimeout(() => this.#enforceDeadlines(), Math.max(0, deadlineMs - performance.now()));
  }

  /** Kills what has crossed its deadline (P2). */
  #enforceDeadlines(): void {
    const nowMs = performance.now();
    let next = Infinity;
    for (const seat of this.#seats) {
      const { job } = seat;
      if (job === undefined || job.isSettled) continue;
      if (job.deadlineMs > nowMs) {
        next = Math.min(next, job.deadlineMs);
        continue;
      }
      this.#stats.deadlines++;
      this.#fail(job, deadlineFailure(job.execution));
      seat.kill();
    }
    this.#watchAtMs = Infinity;
    if (next !== Infinity) this.#watch(next);
  }
}
