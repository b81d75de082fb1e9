/**
 * The supervisor: starts worker processes, starts them again when they die, and tells the engine at once when one does.
 *
 * - V1 A worker process never outlives its supervisor: it reads a pipe that only the supervisor holds open.
 * - V2 A process that died without being told to is reported as crashed under its id before another is started with a new
 *      id, so that its tasks go elsewhere without waiting for a timeout.
 * - V3 A process that keeps dying is started again with growing pauses.
 */

import { getLogger } from "@logtape/logtape";
import { type Clock, systemClock } from "../shared/clock.ts";
import { DegovError } from "../shared/errors.ts";
import { backoffMs } from "../shared/retry.ts";
import type { EngineClient } from "./engine_client.ts";

const logger = getLogger(["degov", "supervisor"]);

const RESTART_DELAY = { initialDelayMs: 200, multiplier: 2, maxDelayMs: 30_000, jitter: 0.2 };
/** A process that lived so long did not die of its start. */
const HEALTHY_MS = 10_000;
/** How long the engine is told of a crash, if it does not answer. */
const REPORT_TRIES = 5;

/** A running worker process. */
export interface WorkerProcess {
  readonly pid: number;
  /** Resolves when it has ended; the text says how. */
  readonly ended: Promise<{ ok: boolean; how: string }>;
  /** Asks it to end in order. */
  stop(): void;
}

export interface SupervisorOptions {
  readonly processes: number;
  readonly client: EngineClient;
  readonly newWorkerId: () => string;
  readonly spawn: (workerId: string) => WorkerProcess;
  readonly clock?: Clock;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #processes = new Set<WorkerProcess>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Runs until {@link stop} was called and every process has ended. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.processes }, () => this.#keepOne()));
  }

  /** Asks every process to end in order, and starts no more. */
  stop(): void {
    this.#stopping.abort();
    for (const process of this.#processes) process.stop();
  }

  async #keepOne(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      const workerId = this.#options.newWorkerId();
      const startedMs = this.#clock.nowMs();
      const process = this.#options.spawn(workerId);
      this.#processes.add(process);
      logger.info("Started worker process {pid} as {workerId}", { pid: process.pid, workerId });
      const { ok, how } = await process.ended;
      this.#processes.delete(process);
      if (this.#stopping.signal.aborted && ok) return;
      logger.error("Worker process {pid} ended: {how}", { pid: process.pid, how });
      await this.#reportCrash(workerId); // V2
      failures = this.#clock.nowMs() - startedMs > HEALTHY_MS ? 1 : failures + 1;
      await this.#clock.sleep(backoffMs(RESTART_DELAY, failures, Math.random()), this.#stopping.signal); // V3
    }
  }

  async #reportCrash(workerId: string): Promise<void> {
    for (let attempt = 1; attempt <= REPORT_TRIES; attempt++) {
      try {
        const requeued = await this.#options.client.deregister({ workerId, crashed: true });
        if (requeued > 0) logger.info("{requeued} tasks of {workerId} were queued again", { requeued, workerId });
        return;
      } catch (thrown) {
        const error = DegovError.from(thrown);
        logger.warn("Cannot report the crash of {workerId}: {reason}", { workerId, reason: error.message });
        await this.#clock.sleep(backoffMs(RESTART_DELAY, attempt, Math.random()), this.#stopping.signal);
      }
    }
  }
}
