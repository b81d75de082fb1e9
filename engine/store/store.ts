/**
 * The store boundary: FoundationDB's model, cut to what the engine needs.
 *
 * Keys and values are bytes, keys are ordered bytewise. A transaction reads a consistent snapshot, sees its own writes,
 * and commits only if nothing that it read (other than by snapshot reads) has changed since: strict serializability.
 *
 * Invariants, proved for every store by store_contract.ts:
 *
 * - S1 A transaction that was acknowledged survives kill -9 of the process and, by default, power loss.
 * - S2 Committed transactions have one order, and a transaction that begins after another was acknowledged sees it.
 * - S3 A body may run several times, and an earlier run may already have committed (commit_unknown_result).
 *      Every body must therefore be idempotent, and must keep its effects in the transaction and its return value.
 * - S4 An exception thrown by the body aborts the transaction and passes through unchanged.
 * - S5 Limits are enforced alike by all stores, before anything is written: KEY_BYTES_MAX, VALUE_BYTES_MAX,
 *      TXN_BYTES_MAX, TXN_AGE_MS_MAX.
 * - S6 No transaction waits for ever: it ends with UNAVAILABLE or DEADLINE_EXCEEDED when the store stays away.
 * - S7 Bytes that were handed in or out are not changed afterwards by either side: they are shared, not copied.
 *
 * A range whose end is not after its beginning is empty.
 */

export type Bytes = Uint8Array<ArrayBufferLike>;

/** One pair of a range. */
export interface Pair {
  key: Bytes;
  value: Bytes;
}

export interface RangeOptions {
  /** Most pairs to return, 1 to RANGE_ROWS_MAX. */
  limit: number;
  /** From the end backwards. Default false. */
  reverse?: boolean;
  /** Read without a conflict: a later write to the range does not abort this transaction. Default false. */
  snapshot?: boolean;
}

/** One transaction. Valid only inside the body it was handed to. */
export interface Txn {
  /** The value, or undefined. Adds a read conflict on the key. */
  get(key: Bytes): Promise<Bytes | undefined>;
  /** The value without a read conflict. */
  snapshotGet(key: Bytes): Promise<Bytes | undefined>;
  /** Pairs with begin <= key < end, in order. Adds a read conflict on what was read, unless `snapshot`. */
  range(begin: Bytes, end: Bytes, options: RangeOptions): Promise<Pair[]>;
  set(key: Bytes, value: Bytes): void;
  clear(key: Bytes): void;
  /** Clears begin <= key < end. */
  clearRange(begin: Bytes, end: Bytes): void;
  /** Adds to a 64-bit little-endian counter, absent meaning 0, without a read conflict. */
  add(key: Bytes, delta: bigint): void;
  /**
   * Sets a key that contains the transaction's versionstamp: `prefix` + 10 bytes + `suffix`.
   * The 10 bytes are unique and ascend with the order of commits; two in one transaction differ only by their affixes.
   * Such a key cannot be read within the same transaction.
   */
  setVersionstampedKey(prefix: Bytes, suffix: Bytes, value: Bytes): void;
  /** Declares that the commit depends on the key not being written meanwhile. For use with snapshot reads. */
  addReadConflict(key: Bytes): void;
}

/** A pending notice that a key has changed. */
export interface Watch {
  /**
   * Resolves once the watch is in place: a change committed after it is noticed. So, to miss nothing: watch, await
   * `armed`, read, and then wait for `changed`. Never rejects; resolves when cancelled or lost, too.
   */
  readonly armed: Promise<void>;
  /** Resolves with true once the key's value differs from that at the watch's creation, with false when cancelled or lost. Never rejects. */
  readonly changed: Promise<boolean>;
  cancel(): void;
}

/** Counters since opening; monotonic. */
export interface StoreStats {
  /** Transactions with writes that were acknowledged. */
  commits: number;
  /** Flushes to disk that made them durable; 0 for a store that has none of its own. */
  flushes: number;
  /** Bodies run again because of a conflict, an old read version or an unknown commit. */
  retries: number;
  /** Point and range reads by bodies. */
  reads: number;
  /** Pairs set, cleared or added to. */
  writes: number;
  /** Bytes of keys and values written. */
  bytesWritten: number;
}

export interface TransactOptions {
  /** Give up after this time, retries included. Default TXN_AGE_MS_MAX * 2. */
  timeoutMs?: number;
}

export interface Store {
  /** For messages and metrics: `sqlite`, `memory` or `fdb`. */
  readonly kind: string;
  /**
   * Runs the body in a transaction and commits, again and again until it commits (S3). Returns the body's value.
   *
   * @throws DegovError UNAVAILABLE when the store is away or closed, DEADLINE_EXCEEDED after the timeout (both: it may
   *   have committed), RESOURCE_EXHAUSTED when a limit is crossed (S5: nothing is written).
   */
  transact<T>(body: (txn: Txn) => Promise<T>, options?: TransactOptions): Promise<T>;
  /** Notices a change of the key made by any process that shares the store. Late by up to 1 s at worst; may be spurious. */
  watch(key: Bytes): Watch;
  stats(): StoreStats;
  /** Ends watches, finishes commits under way, refuses new transactions. Idempotent. */
  close(): Promise<void>;
}
