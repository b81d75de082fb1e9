/**
 * An isolate's process together with what the pool knows of it: the code it has, the jobs it was sent, its age and size.
 *
 * - S1: jobs run in the order they were sent, one at a time; a reply belongs to the first one. So whatever the process
 *   does, the first job is the one it does it for, and the others have not begun.
 * - S2: the first job's clock starts when it becomes the first.
 * - S3: a job that was taken back still runs, as the isolate has it already; its reply is dropped.
 * - S4: a seat whose process was told to end is never used again, and nothing it still writes counts.
 */

import { CONSOLE_BYTES_MAX, CONSOLE_LINES_MAX, OUTPUT_BYTES_MAX } from "../../shared/limits.ts";
import { CONSOLE_LEVELS, encodeFrame, encodeRun, ToIsolate } from "../isolate/frame.ts";
import { CodeTable } from "./code_table.ts";
import { parseFailure } from "./failure_reply.ts";
import { type IsolateCommand, type IsolateExit, IsolateProcess, type Reply } from "./isolate_process.ts";
import type { Job } from "./job.ts";
import type { Outcome } from "./pool.ts";

export interface SeatListener {
  onReady(): void;
  /** The first job has ended; undefined when it was taken back. */
  onEnding(job: Job | undefined, outcome: Outcome): void;
  onExit(): void;
}

interface Entry {
  /** Undefined once taken back. */
  job: Job | undefined;
  run: number;
  timeoutMs: number;
}

/** An isolate that takes no work after this time is taken to hang. */
const START_MS_MAX = 30_000;
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One isolate in the pool. */
export class Seat {
  readonly exited: Promise<void>;
  executions = 0;
  codeCacheHits = 0;
  exit: IsolateExit | undefined;
  wasKilled = false;
  /** Whether what it runs counts against the suspects' share. */
  runsSuspect = false;
  isReady = false;
  readonly #startTimer: ReturnType<typeof setTimeout>;
  residentBytes = 0;
  /** When the first job has to have ended, by the monotonic clock. */
  deadlineMs = Infinity;
  /** When the first job became the first. */
  startedMs = 0;
  /** When the job that ended last had become the first. */
  endedStartMs = 0;
  #firstResidentBytes = 0;
  #consoleBytes = 0;
  readonly #entries: Entry[] = [];
  readonly #listener: SeatListener;
  readonly #process: IsolateProcess;
  readonly #codes = new CodeTable();

  constructor(command: IsolateCommand, listener: SeatListener) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.exited = promise;
    this.#listener = listener;
    this.#process = new IsolateProcess(command, {
      onReady: () => this.#onReady(),
      onReply: (reply) => this.#onReply(reply),
      onExit: (exit) => {
        this.exit = exit;
        clearTimeout(this.#startTimer);
        resolve();
        listener.onExit();
      },
    });
    this.#startTimer = setTimeout(() => this.#process.kill(), START_MS_MAX);
  }

  /** Whether it ended by itself before it had done anything. */
  get failedToStart(): boolean {
    return !this.wasKilled && this.executions === 0;
  }

  /** The job that runs, unless it was taken back. */
  get job(): Job | undefined {
    return this.#entries[0]?.job;
  }

  /** Executions it has been sent and not answered. */
  get outstanding(): number {
    return this.#entries.length;
  }

  get lastCodeHash(): string | undefined {
    return this.#entries.at(-1)?.job?.execution.codeHash;
  }

  /** How much the process has grown since its first execution. */
  get growthBytes(): number {
    return this.residentBytes - this.#firstResidentBytes;
  }

  /** Sends jobs to the isolate, in one write. */
  start(jobs: readonly Job[]): void {
    const frames: Uint8Array[] = [];
    for (const job of jobs) {
      const { codeHash, code, timeoutMs, memoryBytes, input } = job.execution;
      const { id, isNew, forgotten } = this.#codes.use(codeHash, () => encoder.encode(JSON.stringify(code)));
      for (const old of forgotten) frames.push(encodeFrame(ToIsolate.forget, old, NOTHING));
      if (isNew !== undefined) frames.push(encodeFrame(ToIsolate.code, id, isNew));
      else this.codeCacheHits++;
      const run = ++this.executions;
      frames.push(encodeRun({ run, code: id, memoryBytes }, input));
      if (this.#entries.push({ job, run, timeoutMs }) === 1) this.#startClock();
    }
    this.#process.send(frames);
  }

  /** Takes back the jobs that have not begun (S3). */
  takeBack(): Job[] {
    const jobs: Job[] = [];
    for (const entry of this.#entries.slice(1)) {
      if (entry.job !== undefined) jobs.push(entry.job);
      entry.job = undefined;
    }
    return jobs;
  }

  /** Drops a job, without stopping it. */
  drop(job: Job): void {
    for (const entry of this.#entries) if (entry.job === job) entry.job = undefined;
  }

  /** Takes everything out of a seat whose process is gone. */
  clear(): void {
    this.#entries.length = 0;
    this.deadlineMs = Infinity;
  }

  kill(): void {
    this.wasKilled = true;
    this.#process.kill();
  }

  /** S2 */
  #startClock(): void {
    const first = this.#entries[0];
    this.#consoleBytes = 0;
    this.startedMs = performance.now();
    this.deadlineMs = first === undefined ? Infinity : this.startedMs + first.timeoutMs;
  }

  #onReady(): void {
    if (this.isReady) throw new Error("Ready twice");
    this.isReady = true;
    clearTimeout(this.#startTimer);
    if (!this.wasKilled) this.#listener.onReady();
  }

  /** Throws for what no isolate sends, which ends the process. */
  #onReply(reply: Reply): void {
    if (this.wasKilled) return; // S4
    const first = this.#entries[0];
    if (first === undefined || reply.run !== first.run) throw new Error("A reply to nothing"); // S1
    if (reply.kind === "console") return this.#onConsole(first.job, reply.payload);
    if (reply.payload.length > 4 * OUTPUT_BYTES_MAX) throw new Error("An endless reply");
    this.residentBytes = reply.residentBytes;
    if (this.#firstResidentBytes === 0) this.#firstResidentBytes = reply.residentBytes;
    const outcome = this.#toOutcome(first.job, reply);
    this.#entries.shift();
    this.endedStartMs = this.startedMs;
    this.#startClock();
    this.#listener.onEnding(first.job, outcome);
  }

  #toOutcome(job: Job | undefined, reply: Reply): Outcome {
    if (job === undefined) return { status: "cancelled" };
    const durationMs = performance.now() - this.startedMs;
    const { console } = job;
    if (reply.kind === "failed") return { status: "failed", failure: parseFailure(reply.payload), console, durationMs };
    if (reply.payload.length <= OUTPUT_BYTES_MAX) {
      return { status: "completed", output: reply.payload.slice(), console, durationMs };
    }
    const message = `The output is larger than ${OUTPUT_BYTES_MAX} bytes`;
    return {
      status: "failed",
      failure: { code: "RESOURCE_EXHAUSTED", message, retryable: false },
      console,
      durationMs,
    };
  }

  #onConsole(job: Job | undefined, payload: Uint8Array): void {
    this.#consoleBytes += payload.length;
    const level = CONSOLE_LEVELS[payload[0]];
    const lines = job?.console.length ?? 0;
    if (level === undefined || lines > CONSOLE_LINES_MAX || this.#consoleBytes > 2 * CONSOLE_BYTES_MAX) {
      throw new Error("Not a console line");
    }
    job?.console.push({ level, text: decoder.decode(payload.subarray(1)) });
  }
}
