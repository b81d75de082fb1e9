/**
 * One run of a transaction's body on FoundationDB.
 *
 * - Y1 The limits of S5 are checked before the database sees a write, with the same figures as in every store.
 * - Y2 Versionstamped keys are handed over only at the commit: until then the database would refuse every read that
 *      might touch one.
 * - Y3 Once a read has failed the run cannot commit, whatever the body does with the failure.
 */

import { Buffer } from "node:buffer";
import { assert } from "../../shared/errors.ts";
import { RANGE_ROWS_MAX, TXN_AGE_MS_MAX } from "../../shared/limits.ts";
import { encodeCounter } from "./counter_value.ts";
import { FDB_TOO_OLD, fdbCode, type FdbTransaction } from "./fdb_client.ts";
import type { Bytes, Pair, RangeOptions, StoreStats, Txn } from "./store.ts";
import { TxnBudget } from "./txn_budget.ts";
import type { StampedWrite } from "./write_buffer.ts";

/** What the runs of one store share. */
export interface FdbTxnHost {
  readonly counters: StoreStats;
  readonly prefix: Buffer;
  readonly keyBytesMax: number;
  nowMs(): number;
}

export class FdbTxn implements Txn {
  readonly #native: FdbTransaction;
  readonly #host: FdbTxnHost;
  readonly #startMs: number;
  readonly #budget: TxnBudget;
  readonly #stamped: StampedWrite[] = [];
  #hasWrites = false;
  #isOver = false;
  #failedCode: number | undefined;

  constructor(native: FdbTransaction, host: FdbTxnHost) {
    this.#native = native;
    this.#host = host;
    this.#startMs = host.nowMs();
    this.#budget = new TxnBudget(host.counters, host.keyBytesMax);
  }

  get hasWrites(): boolean {
    return this.#hasWrites;
  }

  /** The refusal of a limit that the body crossed, if it did. */
  get crossedLimit(): unknown {
    return this.#budget.crossed;
  }

  /** The client library's code that this run must end with, if any (Y3). */
  failedCode(): number | undefined {
    if (Math.abs(this.#host.nowMs() - this.#startMs) > TXN_AGE_MS_MAX) this.#failedCode ??= FDB_TOO_OLD;
    return this.#failedCode;
  }

  /** Hands over what had to wait for the commit (Y2). */
  complete(): void {
    for (const { prefix, suffix, value } of this.#stamped) {
      const whole = Buffer.concat([this.#host.prefix, prefix]);
      this.#native.setVersionstampedKeyBuf(whole, asBuffer(suffix), asBuffer(value));
    }
  }

  /** Ends the body's right to use the transaction. */
  end(): void {
    this.#isOver = true;
  }

  get(key: Bytes): Promise<Bytes | undefined> {
    return this.#read(() => {
      this.#budget.get(key);
      return this.#native.get(this.#key(key));
    });
  }

  snapshotGet(key: Bytes): Promise<Bytes | undefined> {
    return this.#read(() => {
      this.#budget.get(key);
      return this.#native.snapshot().get(this.#key(key));
    });
  }

  range(begin: Bytes, end: Bytes, options: RangeOptions): Promise<Pair[]> {
    return this.#read(async () => {
      const { limit, reverse = false, snapshot = false } = options;
      assert(
        Number.isInteger(limit) && limit >= 1 && limit <= RANGE_ROWS_MAX,
        `the limit of a range is 1 to ${RANGE_ROWS_MAX}, not ${limit}`,
      );
      this.#budget.range(begin, end);
      const [first, last] = [this.#key(begin), this.#key(end)];
      if (Buffer.compare(first, last) >= 0) return []; // The database refuses a range that ends before it begins.
      const reader = snapshot ? this.#native.snapshot() : this.#native;
      // Read page by page inside, until the limit is there.
      const pairs = await reader.getRangeAll(first, last, { limit, reverse });
      const prefixBytes = this.#host.prefix.length;
      return pairs.map(([key, value]) => ({ key: key.subarray(prefixBytes), value }));
    });
  }

  set(key: Bytes, value: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.set(key, value); // Y1
    this.#hasWrites = true;
    this.#native.set(this.#key(key), asBuffer(value));
  }

  clear(key: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.clear(key); // Y1
    this.#hasWrites = true;
    this.#native.clear(this.#key(key));
  }

  clearRange(begin: Bytes, end: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.clearRange(begin, end); // Y1
    const [first, last] = [this.#key(begin), this.#key(end)];
    if (Buffer.compare(first, last) >= 0) return;
    this.#hasWrites = true;
    this.#native.clearRange(first, last);
  }

  add(key: Bytes, delta: bigint): void {
    this.#refuseWhenOver();
    this.#budget.add(key); // Y1
    this.#hasWrites = true;
    this.#native.add(this.#key(key), asBuffer(encodeCounter(delta)));
  }

  setVersionstampedKey(prefix: Bytes, suffix: Bytes, value: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.setVersionstamped(prefix, suffix, value); // Y1
    this.#hasWrites = true;
    this.#stamped.push({ prefix, suffix, value });
  }

  addReadConflict(key: Bytes): void {
    this.#refuseWhenOver();
    this.#budget.readConflict(key);
    this.#native.addReadConflictKey(this.#key(key));
  }

  #key(key: Bytes): Buffer {
    const { prefix } = this.#host;
    return prefix.length === 0 ? asBuffer(key) : Buffer.concat([prefix, key]);
  }

  #read<T>(read: () => Promise<T>): Promise<T> {
    const reading = this.#tryRead(read);
    reading.catch(() => {}); // A body may leave a read unawaited: its failure is not the process's.
    return reading;
  }

  async #tryRead<T>(read: () => Promise<T>): Promise<T> {
    this.#refuseWhenOver();
    try {
      if (this.failedCode() !== undefined) throw new Error("Cannot read in this run of the transaction: it runs again");
      return await read();
    } catch (error) {
      this.#failedCode ??= fdbCode(error); // Y3
      throw error;
    }
  }

  #refuseWhenOver(): void {
    assert(!this.#isOver, "a transaction is used only inside its body");
  }
}

/** The same bytes as the Buffer that the client library insists on: strings make it abort, see fdb_watches.ts. */
export function asBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
