/** Requests per second of each caller: a bucket of one second's worth, filled as time passes. */

import { type Clock, systemClock } from "../../shared/clock.ts";
import { LRUCache } from "lru-cache";

interface Bucket {
  left: number;
  atMs: number;
}

/** Callers remembered; who is forgotten begins with a full bucket. */
const CALLERS_MAX = 10_000;

export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  readonly #buckets = new LRUCache<string, Bucket>({ max: CALLERS_MAX });

  constructor(options: { perSecond: number; burst?: number; clock?: Clock }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst ?? Math.max(1, options.perSecond);
    this.#clock = options.clock ?? systemClock;
  }

  /** Takes one from the caller's bucket; false when it is empty. */
  take(caller: string): boolean {
    const bucket = this.#fill(caller);
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }

  /** Whether the caller's bucket is empty. */
  isExhausted(caller: string): boolean {
    return this.#buckets.has(caller) && this.#fill(caller).left < 1; // most callers never had a bucket
  }

  #fill(caller: string): Bucket {
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(caller) ?? { left: this.#burst, atMs: nowMs };
    const passedMs = Math.max(0, nowMs - bucket.atMs); // a clock that goes back gives nothing
    bucket.left = Math.min(this.#burst, bucket.left + passedMs * this.#perSecond / 1_000);
    bucket.atMs = nowMs;
    this.#buckets.set(caller, bucket);
    return bucket;
  }
}
