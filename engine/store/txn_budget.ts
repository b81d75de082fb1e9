/**
 * What one run of a transaction has used up of its limits (S5), and the counting of what it did.
 *
 * - G1 Once a limit has been crossed the transaction must not commit, even if its body swallows the refusal:
 *      `crossed` keeps it.
 */

import type { Bytes, StoreStats } from "./store.ts";
import * as limits from "./txn_limits.ts";

export class TxnBudget {
  readonly #counters: StoreStats;
  readonly #keyBytesMax: number | undefined;
  #bytes = 0;
  #crossed: unknown;

  /** @param keyBytesMax longest key, where it is less than KEY_BYTES_MAX. */
  constructor(counters: StoreStats, keyBytesMax?: number) {
    this.#counters = counters;
    this.#keyBytesMax = keyBytesMax;
  }

  /** The first refusal, if there was one (G1). */
  get crossed(): unknown {
    return this.#crossed;
  }

  get(key: Bytes): void {
    this.#counters.reads++;
    this.#weigh(limits.readBytes(key.length));
  }

  range(begin: Bytes, end: Bytes): void {
    this.#counters.reads++;
    this.#weigh(limits.readRangeBytes(begin.length, end.length));
  }

  readConflict(key: Bytes): void {
    this.#weigh(limits.readBytes(key.length));
  }

  set(key: Bytes, value: Bytes): void {
    this.#checkKey(key.length, key);
    this.#checkValue(key, value);
    this.#write(limits.setBytes(key.length, value.length), key.length + value.length);
  }

  clear(key: Bytes): void {
    this.#checkKey(key.length, key);
    this.#write(limits.clearBytes(key.length), key.length);
  }

  clearRange(begin: Bytes, end: Bytes): void {
    this.#checkKey(begin.length, begin);
    this.#checkKey(end.length, end);
    this.#write(limits.clearRangeBytes(begin.length, end.length), begin.length + end.length);
  }

  add(key: Bytes): void {
    this.#checkKey(key.length, key);
    this.#write(limits.setBytes(key.length, limits.COUNTER_BYTES), key.length + limits.COUNTER_BYTES);
  }

  setVersionstamped(prefix: Bytes, suffix: Bytes, value: Bytes): void {
    const keyBytes = prefix.length + limits.VERSIONSTAMP_BYTES + suffix.length;
    this.#checkKey(keyBytes, prefix);
    this.#checkValue(prefix, value);
    this.#write(limits.setVersionstampedBytes(prefix.length + suffix.length, value.length), keyBytes + value.length);
  }

  #write(weight: number, bytesWritten: number): void {
    this.#weigh(weight);
    this.#counters.writes++;
    this.#counters.bytesWritten += bytesWritten;
  }

  #weigh(bytes: number): void {
    this.#bytes += bytes;
    this.#refuse(limits.txnRefusal(this.#bytes));
  }

  #checkKey(keyBytes: number, start: Bytes): void {
    this.#refuse(limits.keyRefusal(keyBytes, start, this.#keyBytesMax));
  }

  #checkValue(key: Bytes, value: Bytes): void {
    this.#refuse(limits.valueRefusal(key, value));
  }

  #refuse(refusal: Error | undefined): void {
    if (refusal === undefined) return;
    this.#crossed ??= refusal; // G1
    throw refusal;
  }
}
