/** The same time limit for many things under way, with one timer for all: a timer of each would cost more than a call. */

interface Entry {
  readonly atMs: number;
  readonly end: () => void;
}

/** How much later than its time a limit may strike. */
const LATE_MS_MAX = 1_000;

export class Deadlines {
  readonly #limitMs: number;
  /** In the order of their times, since all have the same limit. */
  readonly #entries = new Set<Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** What is awaited, or `late` once the time is over; what becomes of it after that concerns nobody. */
  limit<T>(awaited: Promise<T>, late: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry: Entry = { atMs: performance.now() + this.#limitMs, end: () => resolve(late()) };
      this.#entries.add(entry);
      this.#arm();
      awaited.then((value) => {
        this.#entries.delete(entry);
        resolve(value);
      }, (error) => {
        this.#entries.delete(entry);
        reject(error);
      });
    });
  }

  #arm(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#strike(), Math.min(this.#limitMs, LATE_MS_MAX));
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  #strike(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const entry of this.#entries) {
      if (entry.atMs > nowMs) break;
      this.#entries.delete(entry);
      entry.end();
    }
    if (this.#entries.size > 0) this.#arm();
  }
}
