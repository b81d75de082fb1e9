/** How calls are repeated while no engine can be reached. */

import type { Clock } from "../clock.ts";
import { DegovError } from "../errors.ts";
import { backoffMs } from "../retry.ts";
import { fromConnectError } from "./errors.ts";

const RETRY_DELAY = { initialDelayMs: 50, multiplier: 2, maxDelayMs: 2_000, jitter: 0.5 };

export class Repetition {
  readonly #clock: Clock;
  readonly #retryForMs: number;

  constructor(options: { clock: Clock; retryForMs: number }) {
    this.#clock = options.clock;
    this.#retryForMs = options.retryForMs;
  }

  /** Calls until there is an answer, or the time is over. The call has to be one that is safe to repeat. */
  async call<T>(call: () => Promise<T>): Promise<T> {
    const untilMs = this.#clock.nowMs() + this.#retryForMs;
    for (let attempt = 1;; attempt++) {
      let error: DegovError;
      try {
        return await call();
      } catch (thrown) {
        error = fromConnectError(thrown);
      }
      if (!error.retryable || this.#clock.nowMs() >= untilMs) throw error;
      await this.#pause(attempt);
    }
  }

  /**
   * Everything of a stream, which is opened anew when it breaks: `open` has to go on where the last one ended. The signal
   * it is handed tells the engine that nobody reads any more.
   */
  async *follow<M>(
    open: (signal: AbortSignal) => AsyncIterable<M>,
    options: { isEndless: boolean },
  ): AsyncGenerator<M> {
    const left = new AbortController();
    for (let failures = 0;;) {
      try {
        for await (const message of open(left.signal)) {
          failures = 0;
          let goesOn = false;
          try {
            yield message;
            goesOn = true;
          } finally {
            if (!goesOn) left.abort(); // before the stream is closed, which waits for its other end
          }
        }
        if (!options.isEndless) return;
        throw new DegovError("UNAVAILABLE", "The stream ended");
      } catch (thrown) {
        const error = fromConnectError(thrown);
        if (!error.retryable) throw error;
        await this.#pause(++failures);
      }
    }
  }

  async #pause(attempt: number): Promise<void> {
    await this.#clock.sleep(backoffMs(RETRY_DELAY, attempt, Math.random()));
  }
}
