/**
 * Running a transaction's body until it commits, for the stores that live in this process (S3, S4, S6).
 *
 * - L1 Every call ends: with the body's value, the body's exception, DEADLINE_EXCEEDED after its timeout, or UNAVAILABLE
 *      when the store is closed; also when the body itself never ends.
 * - L2 After a call has ended, nothing of it can commit that had not begun to.
 */

import type { Clock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { TXN_AGE_MS_MAX } from "../../shared/limits.ts";
import type { Random } from "../../shared/random.ts";
import { DeadlineSweep } from "./deadline_sweep.ts";
import type { RetryReason } from "./multiversion.ts";
import type { OptimisticTxn } from "./optimistic_txn.ts";
import type { StoreStats, TransactOptions, Txn } from "./store.ts";

/** What the loop needs from its store. */
export interface CommitHost {
  /** For messages: what the store is and where. */
  readonly name: string;
  readonly counters: StoreStats;
  /** Starts a run, once the store is ready for one. @throws DegovError UNAVAILABLE when it is closed or has failed. */
  begin(): OptimisticTxn | Promise<OptimisticTxn>;
  /** Commits, and waits until that may be told; or says why the body must run again. */
  commit(txn: OptimisticTxn): Promise<RetryReason | undefined>;
}

/** Runs again at once this many times; then with growing random delays, so that contenders get out of step. */
const PROMPT_RETRIES = 3;
const RETRY_DELAY_MS_MAX = 100;

interface Call {
  isOver: boolean;
  isCommitting: boolean;
  txn: OptimisticTxn | undefined;
  attempts: number;
  lastReason: RetryReason | undefined;
  /** Settles with the call. */
  readonly done: Promise<unknown>;
  readonly reject: (error: unknown) => void;
}

export class TransactLoop {
  readonly #host: CommitHost;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #deadlines: DeadlineSweep;
  readonly #calls = new Set<Call>();

  constructor(host: CommitHost, options: { clock: Clock; random: Random }) {
    this.#host = host;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#deadlines = new DeadlineSweep(options.clock);
  }

  run<T>(body: (txn: Txn) => Promise<T>, options: TransactOptions = {}): Promise<T> {
    const timeoutMs = options.timeoutMs ?? TXN_AGE_MS_MAX * 2;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call: Call = {
      isOver: false,
      isCommitting: false,
      txn: undefined,
      attempts: 0,
      lastReason: undefined,
      done: promise,
      reject,
    };
    this.#calls.add(call);
    const deadline = this.#deadlines.add(timeoutMs, () => this.#endCall(call, this.#deadlineError(call, timeoutMs)));
    const settle = () => {
      this.#deadlines.remove(deadline);
      this.#calls.delete(call);
    };
    this.#attempts(call, body).then((value) => (settle(), resolve(value)), (error) => (settle(), reject(error)));
    return promise;
  }

  /** Lets the commits under way end and ends every other call. The host refuses new runs already. */
  async close(): Promise<void> {
    const committing: Promise<unknown>[] = [];
    for (const call of this.#calls) {
      if (call.isCommitting) committing.push(call.done);
      else this.#endCall(call, new DegovError("UNAVAILABLE", `The transaction on ${this.#host.name} ended: ` + CLOSED));
    }
    await Promise.allSettled(committing);
    this.#deadlines.close();
  }

  async #attempts<T>(call: Call, body: (txn: Txn) => Promise<T>): Promise<T> {
    for (;;) {
      const txn = await this.#host.begin();
      if (call.isOver) return abandoned();
      call.txn = txn;
      call.attempts++;
      const ended = await this.#attempt(call, txn, body);
      if (call.isOver) return abandoned();
      if ("value" in ended) return ended.value;
      call.lastReason = ended.retry;
      this.#host.counters.retries++;
      if (call.attempts > PROMPT_RETRIES) {
        const boundMs = Math.min(RETRY_DELAY_MS_MAX, 2 ** (call.attempts - PROMPT_RETRIES));
        await this.#clock.sleep(boundMs * this.#random.next());
        if (call.isOver) return abandoned();
      }
    }
  }

  async #attempt<T>(
    call: Call,
    txn: OptimisticTxn,
    body: (txn: Txn) => Promise<T>,
  ): Promise<{ value: T } | { retry: RetryReason }> {
    try {
      const value = await body(txn);
      if (call.isOver) return abandoned();
      if (txn.crossedLimit !== undefined) throw txn.crossedLimit;
      call.isCommitting = true;
      const retry = await this.#host.commit(txn);
      return retry === undefined ? { value } : { retry };
    } catch (error) {
      // A body may wrap what a read in a lost run threw; the run is lost all the same.
      if (txn.retryReason !== undefined) return { retry: txn.retryReason };
      throw error; // S4
    } finally {
      call.isCommitting = false;
      txn.end();
    }
  }

  #endCall(call: Call, error: DegovError): void {
    call.isOver = true; // L2
    call.txn?.end();
    call.reject(error); // L1
  }

  #deadlineError(call: Call, timeoutMs: number): DegovError {
    const why = call.lastReason === undefined ? "" : `; its last run ended with ${REASONS[call.lastReason]}`;
    return new DegovError(
      "DEADLINE_EXCEEDED",
      `The transaction on ${this.#host.name} did not end within ${timeoutMs} ms (run ${call.attempts}${why}); ` +
        `it may have committed`,
    );
  }
}

/** Why a call ends, and one is refused, after close(). */
export const CLOSED = "the store is closed";

const REASONS: Record<RetryReason, string> = {
  conflict: "a conflict",
  tooOld: `more than ${TXN_AGE_MS_MAX} ms since it began`,
  unknown: "a commit whose outcome is unknown",
};

/** The end of a call whose caller has been told already: nobody sees what this rejects with. */
function abandoned(): never {
  throw new Error("The transaction was given up");
}
