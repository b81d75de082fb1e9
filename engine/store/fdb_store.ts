/**
 * The store on FoundationDB, for many engines on one cluster.
 *
 * A thin adapter: conflicts, snapshots and durability are the database's. What is added is what store.ts promises
 * beyond it: the same limits as in other stores, an end for every call (S6), errors with our codes.
 */

import { Buffer } from "node:buffer";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { KEY_BYTES_MAX, TXN_AGE_MS_MAX } from "../../shared/limits.ts";
import { DeadlineSweep } from "./deadline_sweep.ts";
import { fdbCode, type FdbDatabase, fdbFailure, type FdbTransaction, loadFdb } from "./fdb_client.ts";
import { asBuffer, FdbTxn, type FdbTxnHost } from "./fdb_txn.ts";
import { FdbWatches } from "./fdb_watches.ts";
import type { Bytes, Store, StoreStats, TransactOptions, Txn, Watch } from "./store.ts";
import { CLOSED } from "./transact_loop.ts";
import { PREFIX_BYTES_MAX } from "./txn_limits.ts";

export interface FdbStoreOptions {
  /** Path of the cluster file. Default: the client library's own (FDB_CLUSTER_FILE, /etc/foundationdb/fdb.cluster). */
  clusterFile?: string;
  /** Beginning of every key, as text; at most PREFIX_BYTES_MAX bytes, which keys have less. Default none. */
  prefix?: string;
  /** Time for a transaction that names none. Default TXN_AGE_MS_MAX * 2. */
  timeoutMs?: number;
  /** Retries of a transaction within its time. Default without a bound. */
  retryLimit?: number;
  clock?: Clock;
}

/** Time for commits under way when the store is closed; they end in milliseconds unless the cluster is away. */
const CLOSE_WAIT_MS = 5_000;

/** One call of transact(). */
interface Call {
  native: FdbTransaction;
  txn: FdbTxn | undefined;
  isCommitting: boolean;
  /** Why it was ended from outside. */
  ended: DegovError | undefined;
  /** Settles with the call. */
  readonly done: Promise<unknown>;
  readonly reject: (error: unknown) => void;
}

export class FdbStore implements Store, FdbTxnHost {
  readonly kind = "fdb";
  readonly counters: StoreStats = { commits: 0, flushes: 0, retries: 0, reads: 0, writes: 0, bytesWritten: 0 };
  readonly prefix: Buffer;
  readonly keyBytesMax: number;
  readonly #db: FdbDatabase;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #retryLimit: number | undefined;
  readonly #deadlines: DeadlineSweep;
  readonly #watches: FdbWatches;
  readonly #calls = new Set<Call>();
  #closing: Promise<void> | undefined;

  /** For tests with a database of their own; see {@link open}. */
  constructor(db: FdbDatabase, options: FdbStoreOptions = {}) {
    this.prefix = Buffer.from(options.prefix ?? "");
    if (this.prefix.length > PREFIX_BYTES_MAX || this.prefix[0] === 0xff) {
      throw new DegovError(
        "INVALID_ARGUMENT",
        `Cannot use the key prefix "${options.prefix}": it has at most ${PREFIX_BYTES_MAX} bytes`,
      );
    }
    this.keyBytesMax = KEY_BYTES_MAX - this.prefix.length;
    this.#db = db;
    this.#clock = options.clock ?? systemClock;
    this.#timeoutMs = options.timeoutMs ?? TXN_AGE_MS_MAX * 2;
    this.#retryLimit = options.retryLimit;
    this.#deadlines = new DeadlineSweep(this.#clock);
    this.#watches = new FdbWatches(db, this.#clock);
  }

  /**
   * Opens a cluster. Does not wait for it to be there.
   *
   * @throws DegovError FAILED_PRECONDITION when the client library or the cluster file is missing.
   */
  static async open(options: FdbStoreOptions = {}): Promise<FdbStore> {
    const { clusterFile } = options;
    if (clusterFile !== undefined) {
      try {
        await Deno.stat(clusterFile);
      } catch (error) {
        throw new DegovError("FAILED_PRECONDITION", `Cannot read the cluster file ${clusterFile}: ${error}`, {
          cause: error,
        });
      }
    }
    const fdb = await loadFdb();
    try {
      return new FdbStore(fdb.open(clusterFile), options);
    } catch (error) {
      throw fdbFailure(`open the cluster of ${clusterFile ?? "the default cluster file"}`, error);
    }
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  transact<T>(body: (txn: Txn) => Promise<T>, options: TransactOptions = {}): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(closedError());
    const timeoutMs = options.timeoutMs ?? this.#timeoutMs;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const call: Call = {
      native: this.#db.rawCreateTransaction({
        // The database's own end of the call; ours below also ends bodies that wait for something else.
        timeout: timeoutMs,
        ...(this.#retryLimit === undefined ? {} : { retry_limit: this.#retryLimit }),
      }),
      txn: undefined,
      isCommitting: false,
      ended: undefined,
      done: promise,
      reject,
    };
    this.#calls.add(call);
    const deadline = this.#deadlines.add(timeoutMs, () => {
      const message = `The transaction on FoundationDB did not end within ${timeoutMs} ms; it may have committed`;
      endCall(call, new DegovError("DEADLINE_EXCEEDED", message));
    });
    this.#run(call, body).then(resolve, reject).finally(() => {
      this.#deadlines.remove(deadline);
      this.#calls.delete(call);
    });
    return promise;
  }

  watch(key: Bytes): Watch {
    return this.#watches.watch(this.prefix.length === 0 ? asBuffer(key.slice()) : Buffer.concat([this.prefix, key]));
  }

  stats(): StoreStats {
    return { ...this.counters };
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #run<T>(call: Call, body: (txn: Txn) => Promise<T>): Promise<T> {
    for (;;) {
      const ended = await this.#attempt(call, body);
      if ("value" in ended) return ended.value;
      if (call.ended !== undefined) throw call.ended;
      try {
        await call.native.rawOnError(ended.code); // Waits as the database advises, or says that retrying is no use.
      } catch (error) {
        throw call.ended ?? fdbFailure("run the transaction", error);
      }
      this.counters.retries++;
    }
  }

  async #attempt<T>(call: Call, body: (txn: Txn) => Promise<T>): Promise<{ value: T } | { code: number }> {
    const txn = new FdbTxn(call.native, this);
    call.txn = txn;
    call.isCommitting = false;
    try {
      const value = await body(txn);
      if (call.ended !== undefined) throw call.ended;
      if (txn.crossedLimit !== undefined) throw txn.crossedLimit;
      const code = txn.failedCode();
      if (code !== undefined) return { code };
      txn.complete();
      txn.end();
      call.isCommitting = true;
      await call.native.rawCommit();
      if (txn.hasWrites) this.counters.commits++;
      return { value };
    } catch (error) {
      if (call.ended !== undefined) throw call.ended;
      // A body may wrap what a failed read threw; its run is lost all the same.
      const code = txn.failedCode() ?? (call.isCommitting ? fdbCode(error) : undefined);
      if (code !== undefined) return { code };
      throw error; // S4
    } finally {
      txn.end();
    }
  }

  async #close(): Promise<void> {
    this.#watches.close();
    const committing: Promise<unknown>[] = [];
    for (const call of this.#calls) {
      if (call.isCommitting) committing.push(call.done);
      else endCall(call, closedError());
    }
    const waiting = new AbortController();
    await Promise.race([Promise.allSettled(committing), this.#clock.sleep(CLOSE_WAIT_MS, waiting.signal)]);
    waiting.abort();
    for (const call of this.#calls) endCall(call, closedError());
    this.#deadlines.close();
    this.#db.close();
  }
}

/** Ends the call for its caller, and makes everything that it still does fail. */
function endCall(call: Call, error: DegovError): void {
  call.ended = error;
  call.txn?.end();
  call.native.rawCancel();
  call.reject(error);
}

function closedError(): DegovError {
  return new DegovError("UNAVAILABLE", `Cannot run a transaction on FoundationDB: ${CLOSED}`);
}
