/** One execution on its way through the pool, from being queued to its outcome. */

import type { ConsoleLine, Execution, Outcome } from "./pool.ts";

/** An execution and the promise of its outcome. */
export class Job {
  readonly execution: Execution;
  readonly outcome: Promise<Outcome>;
  /** Lines received so far; kept when the task is killed. */
  console: ConsoleLine[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (outcome: Outcome) => void;
  #onAbort: (() => void) | undefined;
  #settled = false;

  constructor(execution: Execution, signal?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.execution = execution;
    this.outcome = promise;
    this.#resolve = resolve;
    this.#signal = signal;
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** Calls back once if the signal is aborted before the outcome. */
  onAbort(callback: () => void): void {
    if (this.#signal === undefined) return;
    this.#onAbort = callback;
    this.#signal.addEventListener("abort", callback, { once: true });
  }

  /** Gives the outcome; only the first counts. */
  settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#onAbort !== undefined) this.#signal!.removeEventListener("abort", this.#onAbort);
    this.#resolve(outcome);
  }
}
