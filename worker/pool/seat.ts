/**
 * An isolate's process together with what the pool knows of it: the code it has, the job it runs, its age and size.
 *
 * A seat runs one job at a time and is never used again once its process was told to end.
 */

import { CONSOLE_BYTES_MAX, CONSOLE_LINES_MAX, OUTPUT_BYTES_MAX } from "../../shared/limits.ts";
import { CONSOLE_LEVELS } from "../isolate/frame.ts";
import { CodeTable } from "./code_table.ts";
import { parseFailure } from "./failure_reply.ts";
import { type IsolateCommand, type IsolateExit, IsolateProcess, type Reply } from "./isolate_process.ts";
import type { Job } from "./job.ts";
import type { Outcome } from "./pool.ts";

export interface SeatListener {
  onReady(): void;
  /** The isolate has come to rest, with this outcome of its job. */
  onEnding(outcome: Outcome): void;
  onExit(): void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One isolate in the pool. */
export class Seat {
  readonly exited: Promise<void>;
  executions = 0;
  job: Job | undefined;
  exit: IsolateExit | undefined;
  wasReady = false;
  wasKilled = false;
  residentBytes = 0;
  #firstResidentBytes = 0;
  #consoleBytes = 0;
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
        resolve();
        listener.onExit();
      },
    });
  }

  /** How much the process has grown since its first execution. */
  get growthBytes(): number {
    return this.residentBytes - this.#firstResidentBytes;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Gives the isolate a job; true when it already had the code. */
  start(job: Job): boolean {
    const { execution } = job;
    const { id, isNew, forgotten } = this.#codes.use(
      execution.codeHash,
      () => encoder.encode(JSON.stringify(execution.code)),
    );
    for (const old of forgotten) this.#process.sendForget(old);
    if (isNew !== undefined) this.#process.sendCode(id, isNew);
    this.job = job;
    this.#consoleBytes = 0;
    this.executions++;
    job.startedMs = performance.now();
    job.deadlineMs = job.startedMs + execution.timeoutMs;
    this.#process.sendRun({ run: this.executions, code: id, memoryBytes: execution.memoryBytes }, execution.input);
    return isNew === undefined;
  }

  /** Takes the job out of the seat. */
  release(): Job {
    const job = this.job!;
    this.job = undefined;
    return job;
  }

  kill(): void {
    this.wasKilled = true;
    this.#process.kill();
  }

  #onReady(): void {
    if (this.wasReady) throw new Error("Ready twice");
    this.wasReady = true;
    if (!this.wasKilled) this.#listener.onReady();
  }

  /** Throws for what no isolate sends, which ends the process. */
  #onReply(reply: Reply): void {
    const { job } = this;
    if (this.wasKilled) return;
    if (job === undefined || reply.run !== this.executions) throw new Error("A reply to nothing");
    if (reply.kind === "console") return this.#onConsole(job, reply.payload);
    if (reply.payload.length > 3 * OUTPUT_BYTES_MAX) throw new Error("An endless reply");
    this.residentBytes = reply.residentBytes;
    if (this.#firstResidentBytes === 0) this.#firstResidentBytes = reply.residentBytes;
    this.#listener.onEnding(this.#toOutcome(job, reply));
  }

  #toOutcome(job: Job, reply: Reply): Outcome {
    const durationMs = performance.now() - job.startedMs;
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

  #onConsole(job: Job, payload: Uint8Array): void {
    this.#consoleBytes += payload.length;
    const level = CONSOLE_LEVELS[payload[0]];
    const isTooMuch = job.console.length > CONSOLE_LINES_MAX || this.#consoleBytes > 2 * CONSOLE_BYTES_MAX;
    if (level === undefined || isTooMuch) throw new Error("Not a console line");
    job.console.push({ level, text: decoder.decode(payload.subarray(1)) });
  }
}
