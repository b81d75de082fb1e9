/**
 * Reading the file as it was at chosen versions.
 *
 * Two connections, each inside a read transaction of the write-ahead log: the front one shows the newer version, the
 * back one an older version, for transactions that began before the front one moved on. With only one, a stream of
 * overlapping transactions would keep it from ever moving, and the commit window from ever shrinking.
 *
 * - N1 The versions shown are exact: the front moves only while the writer is idle, to the newest durable version.
 * - N2 The back is released as soon as nobody can need it.
 */

import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { KeyRange } from "./cleared_ranges.ts";
import type { Bytes, Pair } from "./store.ts";

/** 8 MB of page cache for each connection; values read are kept by the store besides. */
const CACHE_KIB = 8_192;

type Row = [key: Bytes, value: Bytes];

/** node:sqlite has the method; its types do not. */
type ArrayStatement = StatementSync & { setReturnArrays(enabled: boolean): void };

class Snapshot {
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #ascending: StatementSync;
  readonly #descending: StatementSync;
  /** The version shown, or undefined while it shows none and holds nothing back. */
  version: number | undefined;

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { readOnly: true });
    this.#db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    const rows = (sql: string) => {
      const statement = this.#db.prepare(sql) as ArrayStatement;
      statement.setReturnArrays(true); // A third faster than objects.
      return statement;
    };
    this.#get = rows("SELECT value FROM pairs WHERE key = ?");
    const range = "SELECT key, value FROM pairs WHERE key >= ? AND key < ? ORDER BY key";
    this.#ascending = rows(`${range} LIMIT ?`);
    this.#descending = rows(`${range} DESC LIMIT ?`);
  }

  get(key: Bytes): Bytes | undefined {
    return (this.#get.get(key) as [Bytes] | undefined)?.[0];
  }

  range(begin: Bytes, end: Bytes, limit: number, reverse: boolean): Pair[] {
    const rows = (reverse ? this.#descending : this.#ascending).all(begin, end, limit) as unknown as Row[];
    return rows.map(([key, value]) => ({ key, value }));
  }

  show(version: number): void {
    this.release();
    this.#db.exec("BEGIN");
    this.#get.get(ANY_KEY); // Only a read fixes what the transaction sees.
    this.version = version;
  }

  release(): void {
    if (this.version === undefined) return;
    this.#db.exec("COMMIT");
    this.version = undefined;
  }

  close(): void {
    this.#db.close();
  }
}

const ANY_KEY = new Uint8Array();

export class SqliteSnapshots {
  #front: Snapshot;
  #back: Snapshot;

  constructor(path: string, version: number) {
    this.#front = new Snapshot(path);
    this.#back = new Snapshot(path);
    this.#front.show(version);
  }

  /** The oldest version that can be read. */
  get floor(): number {
    return this.#back.version ?? this.#front.version!;
  }

  /** What the key held at the version, or at an older one since which it has not changed. */
  get(key: Bytes, version: number): Bytes | undefined {
    return this.#at(version).get(key);
  }

  range(range: KeyRange, limit: number, reverse: boolean, version: number): Pair[] {
    return this.#at(version).range(Uint8Array.fromHex(range.begin), Uint8Array.fromHex(range.end), limit, reverse);
  }

  /** Moves on to the durable version, as far as readers of `oldest` and later allow (N1). */
  advance(durable: number, oldest: number): void {
    if (this.#back.version !== undefined && oldest >= this.#front.version!) this.#back.release(); // N2
    if (durable === this.#front.version) return;
    if (oldest >= durable) this.#front.show(durable);
    else if (this.#back.version === undefined) {
      [this.#front, this.#back] = [this.#back, this.#front];
      this.#front.show(durable);
    }
  }

  /** Looks at the same version afresh: after a checkpoint from the database alone, so that the log can start over. */
  refresh(): void {
    this.#front.show(this.#front.version!);
  }

  close(): void {
    this.#front.close();
    this.#back.close();
  }

  #at(version: number): Snapshot {
    return version >= this.#front.version! ? this.#front : this.#back;
  }
}
