/**
 * How many tasks to hold beyond those that run: as many as keep the isolates busy for a moment, so that short tasks come
 * in batches, while long ones stay with the engine for whichever worker is free first.
 */

/** Work to hold ahead: well above the time of one poll, well below what anyone would mind waiting for. */
const AHEAD_MS = 20;
/** Weight of the newest duration in the running mean. */
const WEIGHT = 0.05;

export class Prefetch {
  readonly #isolates: number;
  readonly #max: number;
  /** At first nothing is known, and nothing is held ahead. */
  #meanMs = Infinity;

  constructor(options: { isolates: number; max: number }) {
    this.#isolates = options.isolates;
    this.#max = options.max;
  }

  /** An execution took so long. */
  observe(durationMs: number): void {
    this.#meanMs = this.#meanMs === Infinity ? durationMs : this.#meanMs + WEIGHT * (durationMs - this.#meanMs);
  }

  /** Tasks to hold in all, those that run included. */
  get slots(): number {
    const ahead = Math.floor((AHEAD_MS * this.#isolates) / Math.max(this.#meanMs, 0.01));
    return this.#isolates + Math.min(this.#max, ahead);
  }
}
