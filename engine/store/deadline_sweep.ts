/**
 * Deadlines of many calls with one sleeper.
 *
 * Time is counted in slices slept, not read from the clock: a clock that jumps neither ends calls nor keeps them. A
 * call may therefore end up to one slice late. While no call is open, nobody sleeps.
 */

import type { Clock } from "../../shared/clock.ts";

const SLICE_MS = 100;

/** A call that can run out of time. */
export interface Deadline {
  /** Slices left; at 0 the next slice that passes ends it. */
  slicesLeft: number;
  expire(): void;
}

export class DeadlineSweep {
  readonly #clock: Clock;
  readonly #open = new Set<Deadline>();
  #isSweeping = false;
  readonly #closing = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `expire` unless `remove` comes first. */
  add(timeoutMs: number, expire: () => void): Deadline {
    const deadline = { slicesLeft: Math.ceil(timeoutMs / SLICE_MS), expire };
    this.#open.add(deadline);
    if (!this.#isSweeping) void this.#sweep();
    return deadline;
  }

  remove(deadline: Deadline): void {
    this.#open.delete(deadline);
  }

  /** Lets the sleeper go. Calls that are open expire no more. */
  close(): void {
    this.#open.clear();
    this.#closing.abort();
  }

  async #sweep(): Promise<void> {
    this.#isSweeping = true;
    while (this.#open.size > 0) {
      await this.#clock.sleep(SLICE_MS, this.#closing.signal);
      for (const deadline of this.#open) {
        if (deadline.slicesLeft-- > 0) continue;
        this.#open.delete(deadline);
        deadline.expire();
      }
    }
    this.#isSweeping = false;
  }
}
