/**
 * Test support: a store whose transactions run more often than they need to.
 *
 * Before the run that counts, a body runs some more times: in runs that are lost at their commit, and in runs that
 * commit but are reported as unknown. A caller whose results are right on this store has idempotent bodies (S3).
 */

import type { Random } from "../../shared/random.ts";
import type { Bytes, Store, StoreStats, TransactOptions, Txn, Watch } from "./store.ts";

export interface RerunningOptions {
  random: Random;
  /** Probability, for each run before the last, that it is lost. Default 0.25. */
  lost?: number;
  /** Probability, for each run before the last, that it commits and is not believed. Default 0.25. */
  unknown?: number;
}

/** Runs before the one that counts. */
const EXTRA_RUNS_MAX = 4;

/** Thrown at the end of a body to lose its run. */
const LOST = Symbol("lost run");

export class RerunningStore implements Store {
  readonly kind: string;
  readonly #store: Store;
  readonly #random: Random;
  readonly #lost: number;
  readonly #unknown: number;
  #extraRuns = 0;

  /** The wrapped store is still the caller's to close; closing this one closes it too. */
  constructor(store: Store, options: RerunningOptions) {
    this.kind = store.kind;
    this.#store = store;
    this.#random = options.random;
    this.#lost = options.lost ?? 0.25;
    this.#unknown = options.unknown ?? 0.25;
  }

  /** Runs of bodies that were not needed. */
  get extraRuns(): number {
    return this.#extraRuns;
  }

  async transact<T>(body: (txn: Txn) => Promise<T>, options?: TransactOptions): Promise<T> {
    for (let extra = 0; extra < EXTRA_RUNS_MAX; extra++) {
      const draw = this.#random.next();
      if (draw >= this.#lost + this.#unknown) break;
      this.#extraRuns++;
      if (draw < this.#lost) await this.#runAndLose(body, options);
      else await this.#store.transact(body, options);
    }
    return await this.#store.transact(body, options);
  }

  watch(key: Bytes): Watch {
    return this.#store.watch(key);
  }

  stats(): StoreStats {
    return this.#store.stats();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #runAndLose<T>(body: (txn: Txn) => Promise<T>, options?: TransactOptions): Promise<void> {
    try {
      await this.#store.transact(async (txn) => {
        await body(txn);
        throw LOST;
      }, options);
    } catch (error) {
      if (error !== LOST) throw error;
    }
  }
}
