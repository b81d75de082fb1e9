/**
 * A store in memory with FoundationDB's semantics, for tests and simulations. Several engines of one process share one.
 *
 * It loses everything with the process (S1 does not hold), and needs no time of its own: it waits only on its Clock,
 * for the delays that were asked for, for retries after several conflicts, and for deadlines.
 */

import { type Clock, systemClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { type Random, systemRandom } from "../../shared/random.ts";
import { FaultPlan, type MemoryFaults } from "./memory_faults.ts";
import { MemoryPairs } from "./memory_pairs.ts";
import { Multiversion, type RetryReason } from "./multiversion.ts";
import { OptimisticTxn } from "./optimistic_txn.ts";
import type { Bytes, Store, StoreStats, TransactOptions, Txn, Watch } from "./store.ts";
import { CLOSED, TransactLoop } from "./transact_loop.ts";
import { WatchRegistry } from "./watch_registry.ts";

export interface MemoryStoreOptions {
  clock?: Clock;
  random?: Random;
  faults?: MemoryFaults;
}

export class MemoryStore implements Store {
  readonly kind = "memory";
  readonly name = "the memory store";
  readonly counters: StoreStats = { commits: 0, flushes: 0, retries: 0, reads: 0, writes: 0, bytesWritten: 0 };
  readonly versions: Multiversion;
  readonly #pairs = new MemoryPairs();
  readonly #clock: Clock;
  readonly #faults: FaultPlan;
  readonly #loop: TransactLoop;
  readonly #watches = new WatchRegistry();
  /** Set while the store is away (see {@link setAway}). */
  #back: PromiseWithResolvers<void> | undefined;
  #isClosed = false;

  constructor(options: MemoryStoreOptions = {}) {
    const random = options.random ?? systemRandom;
    this.#clock = options.clock ?? systemClock;
    this.#faults = new FaultPlan(options.faults ?? {}, random);
    this.versions = new Multiversion(0, this.#pairs);
    this.#loop = new TransactLoop(this, { clock: this.#clock, random });
  }

  transact<T>(body: (txn: Txn) => Promise<T>, options?: TransactOptions): Promise<T> {
    return this.#loop.run(body, options);
  }

  watch(key: Bytes): Watch {
    return this.#watches.watch(key);
  }

  stats(): StoreStats {
    return { ...this.counters };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#watches.close();
    this.#back?.resolve();
    return this.#loop.close();
  }

  /** Other faults from now on; none when left out. */
  setFaults(faults: MemoryFaults = {}): void {
    this.#faults.replace(faults);
  }

  /** While it is away, nothing is read or committed: transactions wait until it is back or their time is up. */
  setAway(isAway: boolean): void {
    if (isAway) this.#back ??= Promise.withResolvers();
    else {
      this.#back?.resolve();
      this.#back = undefined;
    }
  }

  /** For the transactions of this store. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** For the transactions of this store. */
  beforeRead(): Promise<void> | undefined {
    const delayMs = this.#faults.readDelayMs();
    if (this.#back === undefined && delayMs === 0) return undefined;
    return this.#wait(delayMs);
  }

  /** For the loop of this store. */
  begin(): OptimisticTxn {
    this.#refuseWhenClosed();
    return new OptimisticTxn(this);
  }

  /** For the loop of this store. */
  async commit(txn: OptimisticTxn): Promise<RetryReason | undefined> {
    this.#refuseWhenClosed();
    const delayMs = this.#faults.commitDelayMs();
    if (this.#back !== undefined || delayMs > 0) await this.#wait(delayMs);
    if (txn.isOver) return "tooOld"; // Its time ran out while it waited: nothing of it may happen any more.
    if (txn.retryReason !== undefined) return txn.retryReason;
    if (txn.writes.isEmpty) return undefined;
    const fate = this.#faults.commitFate();
    if (fate === "conflict" || fate === "tooOld") return fate;
    if (fate === "unknownLost") return "unknown";
    const commit = this.versions.commit(txn);
    if (typeof commit === "string") return commit;
    this.counters.commits++;
    txn.end();
    this.versions.window.trim(this.versions.oldestReadVersion(), (older) => this.#pairs.apply(older));
    this.#watches.fire(commit);
    if (this.#faults.isWatchSpurious()) this.#watches.fireAll();
    const toldMs = this.#faults.commitDelayMs();
    if (toldMs > 0) await this.#wait(toldMs);
    return fate === "unknownCommitted" ? "unknown" : undefined;
  }

  async #wait(delayMs: number): Promise<void> {
    if (delayMs > 0) await this.#clock.sleep(delayMs);
    while (this.#back !== undefined && !this.#isClosed) await this.#back.promise;
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) {
      throw new DegovError("UNAVAILABLE", `Cannot run a transaction on ${this.name}: ${CLOSED}`);
    }
  }
}
