/** Faults that a MemoryStore injects, as a real cluster has them. All are decided by a Random, none by time. */

import type { Random } from "../../shared/random.ts";

/** Probabilities from 0 to 1, all 0 by default; times in milliseconds, waited for on the store's Clock. */
export interface MemoryFaults {
  /** A commit is refused as if something it read had been written. */
  conflict?: number;
  /** A commit's outcome is unknown, and it did commit. */
  unknownCommitted?: number;
  /** A commit's outcome is unknown, and it did not commit. */
  unknownLost?: number;
  /** A run is found too old at its commit. */
  tooOld?: number;
  /** A watch fires without a change, at some commit. */
  spuriousWatch?: number;
  /** Each read waits for a random time up to this. */
  readDelayMsMax?: number;
  /** Each commit waits for a random time up to this before it is applied, and again before it is told. */
  commitDelayMsMax?: number;
}

export class FaultPlan {
  readonly #random: Random;
  #faults: MemoryFaults;

  constructor(faults: MemoryFaults, random: Random) {
    this.#faults = faults;
    this.#random = random;
  }

  replace(faults: MemoryFaults): void {
    this.#faults = faults;
  }

  /** What befalls the next commit. */
  commitFate(): "conflict" | "tooOld" | "unknownCommitted" | "unknownLost" | "none" {
    for (const fate of ["conflict", "tooOld", "unknownCommitted", "unknownLost"] as const) {
      if (this.happens(this.#faults[fate])) return fate;
    }
    return "none";
  }

  isWatchSpurious(): boolean {
    return this.happens(this.#faults.spuriousWatch);
  }

  readDelayMs(): number {
    return this.#delayMs(this.#faults.readDelayMsMax);
  }

  commitDelayMs(): number {
    return this.#delayMs(this.#faults.commitDelayMsMax);
  }

  /** Draws only where there is something to decide, so that a fault that is off does not shift the others. */
  happens(probability = 0): boolean {
    return probability > 0 && this.#random.next() < probability;
  }

  #delayMs(delayMsMax = 0): number {
    return delayMsMax > 0 ? this.#random.next() * delayMsMax : 0;
  }
}
