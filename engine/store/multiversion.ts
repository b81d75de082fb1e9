/**
 * Optimistic transactions over an older whole: who reads at which version, what conflicts, what is committed.
 * Shared by the stores that live in this process; everything here is synchronous.
 *
 * - V1 Versions ascend by one with each commit that writes; a transaction reads at the newest version there is when it
 *      first reads, and sees nothing later.
 * - V2 The floor of the window never passes the read version of a transaction that may still read or commit; one that
 *      is older than TXN_AGE_MS_MAX, or whose version was given up for lack of memory, may not: it is run again.
 * - V3 A commit is refused when anything its transaction read was written after its read version.
 */

import type { KeyRange } from "./cleared_ranges.ts";
import { type Commit, CommitWindow, type ResolvedWrite } from "./commit_window.ts";
import { decodeCounter, encodeCounter } from "./counter_value.ts";
import { layeredRange } from "./layered_range.ts";
import type { OptimisticTxn } from "./optimistic_txn.ts";
import type { Bytes, Pair } from "./store.ts";
import { VERSIONSTAMP_BYTES } from "./txn_limits.ts";

/** The older whole, as it was at the version it is asked for. */
export interface OlderWhole {
  get(text: string, key: Bytes, version: number): Bytes | undefined;
  range(range: KeyRange, limit: number, reverse: boolean, version: number): Pair[];
}

/** Why a transaction must be run again. */
export type RetryReason = "conflict" | "tooOld" | "unknown";

/** A key range read, and up to how many pairs of it. */
export interface RangeRead extends KeyRange {
  limit: number;
  reverse: boolean;
}

export class Multiversion {
  readonly window: CommitWindow;
  readonly #older: OlderWhole;
  #version: number;
  /** Transactions that have read and are not over, by ascending read version (V1). */
  readonly #readers = new Set<OptimisticTxn>();

  constructor(version: number, older: OlderWhole) {
    this.#version = version;
    this.#older = older;
    this.window = new CommitWindow(version);
  }

  /** The newest version. */
  get version(): number {
    return this.#version;
  }

  /** Gives the transaction its read version and protects that version until `end`. */
  beginReading(txn: OptimisticTxn): number {
    this.#readers.add(txn);
    return this.#version;
  }

  end(txn: OptimisticTxn): void {
    this.#readers.delete(txn);
  }

  /** The oldest version that must stay readable (V2), once those that have grown too old are told so. */
  oldestReadVersion(): number {
    for (const txn of this.#readers) {
      if (!txn.isTooOld()) return txn.readVersion!;
      this.giveUp(txn);
    }
    return this.#version;
  }

  /** Makes the transactions before the version run again, so that the floor may rise. */
  giveUpBefore(version: number): void {
    for (const txn of this.#readers) {
      if (txn.readVersion! >= version) return;
      this.giveUp(txn);
    }
  }

  giveUp(txn: OptimisticTxn): void {
    txn.failWith("tooOld");
    this.#readers.delete(txn);
  }

  /** The value at the version, and the version of the recent commit it comes from (0 when from the older whole). */
  get(text: string, key: Bytes, version: number): { value: Bytes | undefined; version: number } {
    return this.window.lookup(text, version) ?? { value: this.#older.get(text, key, version), version: 0 };
  }

  /** The pairs at the version, and the newest version that may have shaped them (0 when none that is recent). */
  range(read: RangeRead, version: number): { pairs: Pair[]; version: number } {
    const layer = this.window.layerFor(read, version);
    if (layer === undefined) return { pairs: this.#older.range(read, read.limit, read.reverse, version), version: 0 };
    const lower = (range: KeyRange, limit: number, reverse: boolean) =>
      this.#older.range(range, limit, reverse, version);
    return { pairs: layeredRange(layer, lower, read), version };
  }

  /** Commits what the transaction has written, or says why not. Nothing is changed then. */
  commit(txn: OptimisticTxn): Commit | RetryReason {
    if (txn.retryReason !== undefined) return txn.retryReason;
    if (txn.isTooOld()) return "tooOld"; // V2
    if (txn.readVersion !== undefined && this.#hasConflict(txn, txn.readVersion)) return "conflict"; // V3
    const version = this.#version + 1;
    const { writes } = txn;
    const resolved: ResolvedWrite[] = [];
    for (const point of writes.points.values()) {
      if (point.add === undefined) resolved.push(point);
      else {
        const { value } = this.get(point.text, point.key, this.#version);
        resolved.push({ text: point.text, key: point.key, value: encodeCounter(decodeCounter(value) + point.add) });
      }
    }
    for (const { prefix, suffix, value } of writes.stamped) {
      const key = stampedKey(prefix, version, suffix);
      resolved.push({ text: key.toHex(), key, value });
    }
    // Copied: the buffer's ranges are its own, and the commit outlives it.
    const commit = this.window.append(
      version,
      writes.clearedRanges().map(({ begin, end }) => ({ begin, end })),
      resolved,
    );
    this.#version = version;
    return commit;
  }

  #hasConflict(txn: OptimisticTxn, version: number): boolean {
    if (version === this.#version) return false;
    for (const text of txn.readKeys) {
      if (this.window.writtenSince(text, version)) return true;
    }
    return txn.readRanges.some((range) => this.window.rangeWrittenSince(range, version));
  }
}

/** The commit's version in 8 bytes, big-endian, and 2 for the place among commits of one version, which is always 0. */
function stampedKey(prefix: Bytes, version: number, suffix: Bytes): Bytes {
  const key = new Uint8Array(prefix.length + VERSIONSTAMP_BYTES + suffix.length);
  key.set(prefix);
  new DataView(key.buffer).setBigUint64(prefix.length, BigInt(version));
  key.set(suffix, prefix.length + VERSIONSTAMP_BYTES);
  return key;
}
