/**
 * The one connection that writes. It runs in the writer's thread, or inline where that was asked for.
 *
 * - F1 A batch is one SQLite transaction; write() returns when it is durable, and after a failure nothing more is
 *      written: the connection is not used again.
 * - F2 The versions set aside in the file (A3) are more than those used, in every state that a crash can leave.
 */

import { DatabaseSync } from "node:sqlite";
import { VERSIONS_RESERVED } from "./sqlite_file.ts";
import type { Bytes } from "./store.ts";
import { type BatchReader, batchVersion, decodeBatch } from "./write_batch.ts";

/** `fsync`: survives power loss. `os`: survives kill -9 of the process, not of the machine. */
export type Durability = "fsync" | "os";

/** 16 MB of the writer's own page cache. */
const CACHE_KIB = 16_384;

export class SqliteBatchWriter {
  readonly #db: DatabaseSync;
  readonly #operations: BatchReader;
  readonly #walBytes: () => number;
  readonly #reserve: (version: number) => void;
  #reserved: number;
  #isBroken = false;

  constructor(path: string, durability: Durability) {
    this.#db = new DatabaseSync(path);
    const synchronous = durability === "fsync" ? "FULL" : "NORMAL";
    // Checkpoints are asked for by the store, which knows when no reader stands in their way.
    this.#db.exec(
      `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB}`,
    );
    const set = this.#db.prepare("INSERT OR REPLACE INTO pairs (key, value) VALUES (?, ?)");
    const clear = this.#db.prepare("DELETE FROM pairs WHERE key = ?");
    const clearRange = this.#db.prepare("DELETE FROM pairs WHERE key >= ? AND key < ?");
    const walPages = this.#db.prepare("PRAGMA wal_checkpoint(NOOP)");
    const pageBytes = Number(this.#db.prepare("PRAGMA page_size").get()!.page_size);
    this.#reserved = Number(this.#db.prepare("SELECT reserved FROM versions").get()!.reserved);
    const reserve = this.#db.prepare("UPDATE versions SET reserved = ?");
    this.#reserve = (version) => void reserve.run(version);
    this.#operations = {
      set: (key: Bytes, value: Bytes) => void set.run(key, value),
      clear: (key: Bytes) => void clear.run(key),
      clearRange: (begin: Bytes, end: Bytes) => void clearRange.run(begin, end),
    };
    this.#walBytes = () => Number((walPages.get() as { log: number }).log) * pageBytes;
  }

  /** Writes and commits. @returns bytes of the write-ahead log in use. @throws whatever SQLite throws (F1). */
  write(batch: ArrayBuffer): number {
    if (this.#isBroken) throw new Error("an earlier write failed");
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      decodeBatch(batch, this.#operations);
      if (batchVersion(batch) + VERSIONS_RESERVED / 2 > this.#reserved) {
        this.#reserved += VERSIONS_RESERVED;
        this.#reserve(this.#reserved); // F2
      }
      this.#db.exec("COMMIT");
      return this.#walBytes();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Carries the write-ahead log over into the database as far as no reader needs it. @throws what SQLite throws. */
  checkpoint(): void {
    this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  }

  close(): void {
    this.#db.close();
  }
}
