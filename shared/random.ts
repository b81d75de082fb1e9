/** Randomness as a dependency, so that one seed can decide a whole run. Never for secrets. */

/** A source of random numbers. */
export interface Random {
  /** In [0, 1). */
  next(): number;
}

/** The machine's own randomness. */
export const systemRandom: Random = { next: () => Math.random() };

/** A repeatable source: mulberry32, 32 bits of state, period 2^32 (public domain, Tommy Ettinger). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}
