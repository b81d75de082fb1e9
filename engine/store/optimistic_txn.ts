/**
 * One run of a transaction's body, for the stores that live in this process.
 *
 * - O1 Reads see the transaction's own writes over the snapshot at its read version.
 * - O2 What was read, other than by snapshot reads and of its own writes, is remembered for the commit to check.
 * - O3 Once a limit is crossed or the transaction must be run again, it can no longer commit, whatever the body does.
 */

import { assert, DegovError } from "../../shared/errors.ts";
import { RANGE_ROWS_MAX, TXN_AGE_MS_MAX } from "../../shared/limits.ts";
import type { KeyRange } from "./cleared_ranges.ts";
import { layeredRange } from "./layered_range.ts";
import type { Multiversion, RetryReason } from "./multiversion.ts";
import type { Bytes, Pair, RangeOptions, StoreStats, Txn } from "./store.ts";
import { TxnBudget } from "./txn_budget.ts";
import { WriteBuffer } from "./write_buffer.ts";

/** What a transaction needs from its store. */
export interface TxnHost {
  readonly versions: Multiversion;
  readonly counters: StoreStats;
  nowMs(): number;
  /** Something to wait for before a read, or undefined. */
  beforeRead?(): Promise<void> | undefined;
}

export class OptimisticTxn implements Txn {
  readonly #host: TxnHost;
  readonly #startMs: number;
  readonly #budget: TxnBudget;
  readonly writes: WriteBuffer;
  readonly readKeys = new Set<string>();
  readonly readRanges: KeyRange[] = [];
  #readVersion: number | undefined;
  /** Newest recent commit that a read saw: the result is not to be told before that one is durable. */
  #seenVersion = 0;
  #isOver = false;
  #retryReason: RetryReason | undefined;

  constructor(host: TxnHost) {
    this.#host = host;
    this.#startMs = host.nowMs();
    this.#budget = new TxnBudget(host.counters);
    this.writes = new WriteBuffer((text, key) => this.#readBelow(text, key));
  }

  get readVersion(): number | undefined {
    return this.#readVersion;
  }

  get seenVersion(): number {
    return this.#seenVersion;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get retryReason(): RetryReason | undefined {
    return this.#retryReason;
  }

  /** The refusal of a limit that the body crossed, if it did (O3). */
  get crossedLimit(): unknown {
    return this.#budget.crossed;
  }

  /** Whether TXN_AGE_MS_MAX has passed. A clock that jumps, either way, makes a transaction old. */
  isTooOld(): boolean {
    return Math.abs(this.#host.nowMs() - this.#startMs) > TXN_AGE_MS_MAX;
  }

  /** From now on reads fail and the commit will not happen (O3). */
  failWith(reason: RetryReason): void {
    this.#retryReason ??= reason;
  }

  /** Ends the body's right to use the transaction. */
  end(): void {
    this.#isOver = true;
    if (this.#readVersion !== undefined) this.#host.versions.end(this);
  }

  get(key: Bytes): Promise<Bytes | undefined> {
    return this.#read(() => this.#get(key, false));
  }

  snapshotGet(key: Bytes): Promise<Bytes | undefined> {
    return this.#read(() => this.#get(key, true));
  }

  range(begin: Bytes, end: Bytes, options: RangeOptions): Promise<Pair[]> {
    return this.#read(() => this.#range(begin, end, options));
  }

  set(key: Bytes, value: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.set(key, value);
    this.writes.put(key, value);
  }

  clear(key: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.clear(key);
    this.writes.put(key, undefined);
  }

  clearRange(begin: Bytes, end: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.clearRange(begin, end);
    this.writes.clearRange(begin, end);
  }

  add(key: Bytes, delta: bigint): void {
    this.#refuseWhenOver();
    this.#budget.add(key);
    this.writes.add(key, delta);
  }

  setVersionstampedKey(prefix: Bytes, suffix: Bytes, value: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.setVersionstamped(prefix, suffix, value);
    this.writes.stamped.push({ prefix, suffix, value });
  }

  addReadConflict(key: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.readConflict(key);
    this.#beginReading();
    this.readKeys.add(key.toHex()); // O2
  }

  /**
   * Reads are answered at once, unless the store has them wait. Either way they see what the transaction had written
   * when they were called. A refusal is a rejection, never an exception.
   */
  #read<T>(read: () => T): Promise<T> {
    try {
      const result = read();
      const wait = this.#host.beforeRead?.();
      if (wait === undefined) return Promise.resolve(result);
      return heard(wait.then(() => {
        this.#beforeRead();
        return result;
      }));
    } catch (error) {
      return heard(Promise.reject(error));
    }
  }

  #get(key: Bytes, isSnapshot: boolean): Bytes | undefined {
    this.#beforeRead();
    this.#budget.get(key);
    const text = key.toHex();
    const own = this.writes.ownWrite(text);
    if (own === "cleared") return undefined;
    if (own !== undefined && own.add === undefined) return own.value;
    if (!isSnapshot) this.readKeys.add(text); // O2
    return own === undefined ? this.#readBelow(text, key) : this.writes.resolve(own);
  }

  #range(begin: Bytes, end: Bytes, options: RangeOptions): Pair[] {
    this.#beforeRead();
    const { limit, reverse = false, snapshot = false } = options;
    assert(
      Number.isInteger(limit) && limit >= 1 && limit <= RANGE_ROWS_MAX,
      `the limit of a range is 1 to ${RANGE_ROWS_MAX}, not ${limit}`,
    );
    this.#budget.range(begin, end);
    const range = { begin: begin.toHex(), end: end.toHex() };
    if (range.begin >= range.end) return [];
    const pairs = this.writes.isEmpty
      ? this.#readRangeBelow(range, limit, reverse)
      : layeredRange(this.writes, (...lower) => this.#readRangeBelow(...lower), { ...range, limit, reverse });
    if (!snapshot) {
      // O2. A full page says nothing about what lies beyond its last key.
      if (pairs.length === limit) {
        const last = pairs[limit - 1].key.toHex();
        if (reverse) range.begin = last;
        else range.end = last + "00";
      }
      this.readRanges.push(range);
    }
    return pairs;
  }

  #readBelow(text: string, key: Bytes): Bytes | undefined {
    const { value, version } = this.#host.versions.get(text, key, this.#beginReading());
    if (version > this.#seenVersion) this.#seenVersion = version;
    return value;
  }

  #readRangeBelow(range: KeyRange, limit: number, reverse: boolean): Pair[] {
    const { pairs, version } = this.#host.versions.range({ ...range, limit, reverse }, this.#beginReading());
    if (version > this.#seenVersion) this.#seenVersion = version;
    return pairs;
  }

  #beginReading(): number {
    return this.#readVersion ??= this.#host.versions.beginReading(this);
  }

  #beforeRead(): void {
    this.#refuseWhenOver();
    if (this.#retryReason === undefined && this.isTooOld()) this.#host.versions.giveUp(this);
    if (this.#retryReason !== undefined) {
      throw new DegovError(
        "ABORTED",
        `Cannot read in this run of the transaction (${this.#retryReason}): it runs again`,
      );
    }
  }

  #refuseWhenOver(): void {
    assert(!this.#isOver, "a transaction is used only inside its body");
  }
}

/** A body may leave a read unawaited: its failure is not the process's. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
