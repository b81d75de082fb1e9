/**
 * Reports how attempts ended, in batches.
 *
 * - R1 What was reported is repeated until the engine has judged it or the session is over: nothing finished is dropped
 *      because a connection broke. The engine judges a repeated report as it judged the first.
 * - R2 While a call is under way, what ends meanwhile is collected into the next one; few calls are under way at once.
 */

import { getLogger } from "@logtape/logtape";
import type { Clock } from "../shared/clock.ts";
import { DegovError } from "../shared/errors.ts";
import { COMPLETIONS_PER_CALL_MAX, RPC_BYTES_MAX } from "../shared/limits.ts";
import { backoffMs } from "../shared/retry.ts";
import { type CompletionInit, CompletionStatus } from "./engine_client.ts";

const logger = getLogger(["degov", "worker"]);

/** Two, so that one travels while the engine writes the other. */
const CALLS_AT_ONCE_MAX = 2;
const RETRY_DELAY = { initialDelayMs: 50, multiplier: 2, maxDelayMs: 5_000, jitter: 0.5 };
/** Far below the bound of one call, as fields and console come on top of the outputs. */
const BATCH_BYTES_MAX = RPC_BYTES_MAX / 4;

interface Report {
  completion: CompletionInit;
  bytes: number;
  done: () => void;
}

export interface ReporterOptions {
  readonly send: (completions: CompletionInit[]) => Promise<CompletionStatus[]>;
  readonly clock: Clock;
  /** Reports are given up: their session is over and with it their leases. */
  readonly ended: AbortSignal;
}

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #waiting: Report[] = [];
  #underWay = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** Resolves once the engine has judged the completion, or its session is over. Never rejects. */
  report(completion: CompletionInit): Promise<void> {
    return new Promise((done) => {
      const { result } = completion;
      const bytes = result?.case === "output" ? result.value.length : 1_000;
      this.#waiting.push({ completion, bytes, done });
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#underWay >= CALLS_AT_ONCE_MAX || this.#waiting.length === 0) return;
    this.#underWay++;
    // A turn later, so that executions that end in the same turn travel together.
    queueMicrotask(async () => {
      await this.#send(this.#nextBatch());
      this.#underWay--;
      this.#sendNext();
    });
  }

  #nextBatch(): Report[] {
    let count = 0;
    let bytes = 0;
    while (count < Math.min(this.#waiting.length, COMPLETIONS_PER_CALL_MAX)) {
      bytes += this.#waiting[count].bytes;
      if (count > 0 && bytes > BATCH_BYTES_MAX) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(batch: Report[]): Promise<void> {
    const { send, clock, ended } = this.#options;
    let left = batch;
    for (let attempt = 1; left.length > 0 && !ended.aborted; attempt++) {
      try {
        const statuses = await send(left.map(({ completion }) => completion));
        const again = left.filter((_, index) => statuses[index] === CompletionStatus.RETRY);
        for (const report of left) if (!again.includes(report)) report.done();
        left = again;
      } catch (thrown) {
        const error = DegovError.from(thrown);
        logger.warn("Cannot report {count} tasks: {reason}", { count: left.length, reason: error.message });
        if (error.code === "INVALID_ARGUMENT" && left.length === 1) break; // would be refused for ever
        if (error.code === "INVALID_ARGUMENT") { // one of them spoils the call: each on its own
          await Promise.all(left.map((report) => this.#send([report])));
          return;
        }
      }
      if (left.length > 0) await clock.sleep(backoffMs(RETRY_DELAY, attempt, Math.random()), ended);
    }
    for (const report of left) report.done();
  }
}
