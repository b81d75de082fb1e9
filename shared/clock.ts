/** Time as a dependency: what waits or reads the time is handed a {@link Clock}, so that tests decide when it is. */

/** A source of time. */
export interface Clock {
  /** Milliseconds since the epoch. May jump; nothing may rely on it never going back. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longest delay that setTimeout takes; a longer sleep is made of several. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => {
    let left = ms;
    do {
      const part = Math.min(left, TIMEOUT_MS_MAX);
      await new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        const end = () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", end);
          resolve();
        };
        const timer = setTimeout(end, Math.max(0, part));
        signal?.addEventListener("abort", end, { once: true });
      });
      left -= part;
    } while (left > 0 && !signal?.aborted);
  },
};

/** A clock that stands still until it is moved. Sleepers wake in the order of their times. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #sequence = 0;
  readonly #sleepers: { atMs: number; sequence: number; wake: () => void }[] = [];

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { atMs: this.#nowMs + Math.max(0, ms), sequence: this.#sequence++, wake: resolve };
      const at = this.#sleepers.findIndex((other) => other.atMs > sleeper.atMs);
      this.#sleepers.splice(at < 0 ? this.#sleepers.length : at, 0, sleeper);
      signal?.addEventListener("abort", () => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        resolve();
      }, { once: true });
    });
  }

  /** When the next sleeper wakes, or undefined when nobody sleeps. */
  nextWakeMs(): number | undefined {
    return this.#sleepers[0]?.atMs;
  }

  /** Moves the time without waking anybody: a clock that jumps. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves the time on at one go: whoever's time has come wakes at the end of it, in order. */
  async leap(ms: number): Promise<void> {
    await settleOnce();
    this.#nowMs += ms;
    const due = this.#sleepers.findIndex((sleeper) => sleeper.atMs > this.#nowMs);
    for (const sleeper of this.#sleepers.splice(0, due < 0 ? this.#sleepers.length : due)) sleeper.wake();
    await settleOnce();
  }

  /** Moves the time on, waking sleepers in order; each is given `settle` turns of the event loop before the next. */
  async advance(ms: number, settle: () => Promise<void> = settleOnce): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    while (this.#sleepers.length > 0 && this.#sleepers[0].atMs <= endMs) {
      const sleeper = this.#sleepers.shift()!;
      this.#nowMs = Math.max(this.#nowMs, sleeper.atMs);
      sleeper.wake();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
    await settle();
  }
}

/** Lets every ready callback run once, I/O included. */
function settleOnce(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
