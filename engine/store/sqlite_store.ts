/**
 * The embedded store: one SQLite file that this process alone has open.
 *
 * Commits are decided here, in memory, and are visible at once to later transactions; a writer's thread makes them
 * durable, all that wait together in one flush. Whoever wrote, and whoever read what was not durable yet, is answered
 * after that flush.
 *
 * - Q1 Nothing is acknowledged that depends on a commit that is not durable (S1).
 * - Q2 One flush at a time; what commits meanwhile is the next batch. So batches grow with the load and the disk's
 *      slowness, up to PENDING_BYTES_MAX, beyond which transactions wait before they begin.
 * - Q3 After a flush has failed the store is of no use any more: everything pending and new is refused. Whether the
 *      failed batch is in the file is unknown until it is opened again.
 * - Q4 The write-ahead log is carried over and started anew once it is longer than `walBytes` and no transaction reads
 *      an older version. Most of it is carried over beside the writer, so that commits wait only for the rest. It is
 *      never much longer than `walBytesMax`: transactions that read older versions are run again then, and flushes
 *      wait for what carries it over.
 */

import { setImmediate } from "node:timers";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { assert, DegovError } from "../../shared/errors.ts";
import { systemRandom } from "../../shared/random.ts";
import type { KeyRange } from "./cleared_ranges.ts";
import { Multiversion, type OlderWhole, type RetryReason } from "./multiversion.ts";
import { OptimisticTxn } from "./optimistic_txn.ts";
import { ReadCache } from "./read_cache.ts";
import type { Durability } from "./sqlite_batch_writer.ts";
import { sqliteFailure } from "./sqlite_failure.ts";
import { openSqliteFile, type SqliteFile } from "./sqlite_file.ts";
import { SqliteSnapshots } from "./sqlite_snapshots.ts";
import { InlineWriter, type SqliteWriter, ThreadWriter } from "./sqlite_writer.ts";
import { WalCarrier } from "./wal_carrier.ts";
import type { Bytes, Pair, Store, StoreStats, TransactOptions, Txn, Watch } from "./store.ts";
import { CLOSED, TransactLoop } from "./transact_loop.ts";
import { WatchRegistry } from "./watch_registry.ts";
import { encodeBatch } from "./write_batch.ts";

export interface SqliteStoreOptions {
  /** Default `fsync`. */
  durability?: Durability;
  /** Where flushes run. Default `thread`; `inline` blocks the event loop for each. */
  writer?: "thread" | "inline";
  /** Memory for values read from the file. Default 64 MB. */
  cacheBytes?: number;
  /** Memory for recent commits, before they are read from the file instead. Default 1 MB. */
  windowBytes?: number;
  /** Memory for recent commits beyond which the oldest open transactions are run again. Default 256 MB. */
  windowBytesMax?: number;
  /** Length of the write-ahead log beyond which it is carried over into the file. Default 32 MB. */
  walBytes?: number;
  /** Length of the write-ahead log beyond which the oldest open transactions are run again. Default 128 MB. */
  walBytesMax?: number;
  clock?: Clock;
}

const MIB = 1024 * 1024;
const CACHE_BYTES_DEFAULT = 64 * MIB;
const WINDOW_BYTES_DEFAULT = 1 * MIB;
const WAL_BYTES_DEFAULT = 32 * MIB;
const WAL_BYTES_MAX_DEFAULT = 128 * MIB;
/** The part of `walBytes` that is carried over while commits wait, and how much of the log may be in any case. */
const WAL_PART_LEFT = 1 / 16;
const WAL_BYTES_LEFT = 64 * 1024;
const WINDOW_BYTES_MAX_DEFAULT = 256 * MIB;
/** Bytes committed and not yet handed to the writer beyond which transactions wait. */
const PENDING_BYTES_MAX = 64 * MIB;

export class SqliteStore implements Store, OlderWhole {
  readonly kind = "sqlite";
  readonly name: string;
  readonly counters: StoreStats = { commits: 0, flushes: 0, retries: 0, reads: 0, writes: 0, bytesWritten: 0 };
  readonly versions: Multiversion;
  readonly #file: SqliteFile;
  readonly #writer: SqliteWriter;
  readonly #carrier: WalCarrier;
  readonly #snapshots: SqliteSnapshots;
  readonly #cache: ReadCache;
  readonly #clock: Clock;
  readonly #windowBytes: number;
  readonly #windowBytesMax: number;
  readonly #walBytes: number;
  readonly #walBytesMax: number;
  readonly #walBytesLeft: number;
  readonly #loop: TransactLoop;
  readonly #watches = new WatchRegistry();
  #durableVersion: number;
  /** The flush under way, and the newest version that it holds. */
  #flushing: { done: PromiseWithResolvers<void>; version: number } | undefined;
  /** The flush after that one. Undefined while nothing has asked for it. */
  #nextFlush: PromiseWithResolvers<void> | undefined;
  /** Settles when the newest flush is over, and the work after it: another one may have been begun by then. */
  #lastFlush = Promise.resolve();
  #pendingBytes = 0;
  #closing: Promise<void> | undefined;
  #failure: DegovError | undefined;

  private constructor(
    { file, writer, carrier }: { file: SqliteFile; writer: SqliteWriter; carrier: WalCarrier },
    options: SqliteStoreOptions,
  ) {
    this.#file = file;
    this.#writer = writer;
    this.#carrier = carrier;
    this.name = `the file ${file.path}`;
    this.#clock = options.clock ?? systemClock;
    this.#windowBytes = options.windowBytes ?? WINDOW_BYTES_DEFAULT;
    this.#windowBytesMax = options.windowBytesMax ?? WINDOW_BYTES_MAX_DEFAULT;
    this.#walBytes = options.walBytes ?? WAL_BYTES_DEFAULT;
    this.#walBytesMax = options.walBytesMax ?? WAL_BYTES_MAX_DEFAULT;
    this.#walBytesLeft = Math.max(this.#walBytes * WAL_PART_LEFT, WAL_BYTES_LEFT);
    this.#cache = new ReadCache(options.cacheBytes ?? CACHE_BYTES_DEFAULT);
    this.#snapshots = new SqliteSnapshots(file.path, file.version);
    this.versions = new Multiversion(file.version, this);
    this.#durableVersion = file.version;
    this.#loop = new TransactLoop(this, { clock: this.#clock, random: systemRandom });
  }

  /** Opens the file, and makes it and its directories when there are none. @throws DegovError that names the file. */
  static async open(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const file = openSqliteFile(path);
    let writer: SqliteWriter | undefined;
    try {
      const durability = options.durability ?? "fsync";
      const openThread = () => ThreadWriter.open(file.path, durability);
      const isInline = options.writer === "inline";
      writer = isInline ? new InlineWriter(file.path, durability) : await openThread();
      const carrier = new WalCarrier(writer, isInline ? undefined : openThread);
      return new SqliteStore({ file, writer, carrier }, options);
    } catch (error) {
      await writer?.close();
      file.release();
      throw sqliteFailure("open the store", file.path, error);
    }
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
    return this.#closing ??= this.#close();
  }

  /** For the transactions of this store. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** For the loop of this store. */
  begin(): OptimisticTxn | Promise<OptimisticTxn> {
    this.#refuseWhenUnusable();
    if (this.#pendingBytes > PENDING_BYTES_MAX) return this.#beginLater();
    return new OptimisticTxn(this);
  }

  /** For the loop of this store. */
  async commit(txn: OptimisticTxn): Promise<RetryReason | undefined> {
    this.#refuseWhenUnusable();
    if (txn.retryReason !== undefined) return txn.retryReason;
    if (txn.writes.isEmpty) {
      const { seenVersion } = txn;
      txn.end();
      if (seenVersion > this.#durableVersion) await this.#durable(seenVersion); // Q1
      return undefined;
    }
    const commit = this.versions.commit(txn);
    if (typeof commit === "string") return commit;
    txn.end();
    this.#pendingBytes += commit.bytes;
    await this.#durable(commit.version); // Q1
    this.counters.commits++;
    return undefined;
  }

  /** For the versions of this store: the file's word on a key that no recent commit decides. */
  get(text: string, key: Bytes, version: number): Bytes | undefined {
    const cached = this.#cache.get(text); // H1
    if (cached !== undefined) return cached;
    const value = this.#readFile(() => this.#snapshots.get(key, version));
    if (value !== undefined) this.#cache.put(text, value);
    return value;
  }

  /** For the versions of this store. */
  range(range: KeyRange, limit: number, reverse: boolean, version: number): Pair[] {
    return this.#readFile(() => this.#snapshots.range(range, limit, reverse, version));
  }

  /** Waits for the flush that makes the version durable. */
  #durable(version: number): Promise<void> {
    if (this.#flushing !== undefined && version <= this.#flushing.version) return this.#flushing.done.promise;
    if (this.#nextFlush === undefined) {
      this.#nextFlush = Promise.withResolvers();
      this.#nextFlush.promise.catch(() => {}); // Whoever waits for it hears of it; perhaps nobody does.
      if (this.#flushing === undefined) this.#flushSoon();
    }
    return this.#nextFlush.promise;
  }

  /** Not at once: transactions that run in this turn of the event loop join the flush. */
  #flushSoon(): void {
    this.#lastFlush = new Promise((resolve) => setImmediate(() => resolve(this.#flush())));
  }

  async #flush(): Promise<void> {
    assert(this.#flushing === undefined && this.#nextFlush !== undefined, "one flush at a time"); // Q2
    const done = this.#nextFlush;
    const { version } = this.versions;
    this.#nextFlush = undefined;
    this.#flushing = { done, version };
    try {
      const commits = this.versions.window.commitsAfter(this.#durableVersion);
      const batch = encodeBatch(commits);
      this.#pendingBytes = 0;
      const walBytes = await this.#writer.write(batch);
      this.#durableVersion = version;
      this.counters.flushes++;
      done.resolve();
      for (const commit of commits) this.#watches.fire(commit);
      await this.#afterFlush(walBytes);
    } catch (error) {
      this.#fail(error, done);
      return;
    }
    this.#flushing = undefined;
    if (this.#nextFlush !== undefined) this.#flushSoon();
  }

  async #afterFlush(walBytes: number): Promise<void> {
    const { window } = this.versions;
    const isLong = walBytes > this.#walBytes; // Q4
    const isPressing = walBytes > this.#walBytesMax;
    if (isPressing) await this.#carrier.settled();
    const mustCarry = isLong && !this.#carrier.isBusy;
    if (!mustCarry && window.bytes < this.#windowBytes) return;
    if (isPressing || window.bytes > this.#windowBytesMax) this.versions.giveUpBefore(this.#durableVersion);
    this.#snapshots.advance(this.#durableVersion, this.versions.oldestReadVersion());
    window.trim(this.#snapshots.floor, (commit) => this.#cache.apply(commit));
    if (!mustCarry || this.#snapshots.floor !== this.#durableVersion) return;
    if (isPressing || this.#carrier.leftBytes(walBytes) <= this.#walBytesLeft) {
      await this.#carrier.finish();
      this.#snapshots.refresh();
    } else this.#carrier.begin(walBytes);
  }

  #readFile<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw sqliteFailure("read", this.#file.path, error);
    }
  }

  /** Q3 */
  #fail(error: unknown, done: PromiseWithResolvers<void>): void {
    const { message } = sqliteFailure("write", this.#file.path, error);
    this.#failure = new DegovError("UNAVAILABLE", `${message}. What was being written may or may not be in the file`, {
      cause: error,
    });
    done.reject(this.#failure);
    this.#nextFlush?.reject(this.#failure);
    this.#nextFlush = undefined;
    this.#watches.close();
  }

  async #beginLater(): Promise<OptimisticTxn> {
    while (this.#pendingBytes > PENDING_BYTES_MAX) {
      await this.#durable(this.versions.version);
      this.#refuseWhenUnusable();
    }
    return new OptimisticTxn(this);
  }

  #refuseWhenUnusable(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing !== undefined) {
      throw new DegovError("UNAVAILABLE", `Cannot run a transaction on ${this.name}: ${CLOSED}`);
    }
  }

  async #close(): Promise<void> {
    this.#watches.close();
    await this.#loop.close();
    let flush;
    do await (flush = this.#lastFlush); while (flush !== this.#lastFlush);
    this.#snapshots.close();
    try {
      await this.#carrier.close();
    } finally {
      await this.#writer.close() // The last connection to go carries the log over.
        .finally(() => this.#file.release());
    }
  }
}
