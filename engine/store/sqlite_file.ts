/**
 * Opening a store's file: its directory, its lock, its format.
 *
 * - A1 One process at a time has the file. The lock is SQLite's own on a file beside it, so it ends with the process,
 *      however that ends.
 * - A2 Nothing is written to a file that is not ours or has a newer format.
 * - A3 Versions never repeat: each opening starts after all that an earlier one may have used.
 */

import { basename, dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DegovError } from "../../shared/errors.ts";
import { sqliteFailure } from "./sqlite_failure.ts";

/** "dgov", in the file's header. */
export const APPLICATION_ID = 0x64676f76;
/** Raised when an older program could not read what a newer one writes. */
export const FORMAT_VERSION = 1;
/** Versions set aside at each opening: 28 hours of 10,000 commits a second. More are set aside in time. */
export const VERSIONS_RESERVED = 1_000_000_000;

/**
 * Page size of a new file. A row of up to a quarter of a page lies in its page, a longer one has pages of its own:
 * with values of 1,000 bytes 4,096 writes 17 kB for a step of a workflow, 8,192 writes 6 kB.
 */
const PAGE_BYTES = 8_192;

/** A file that this process holds. */
export interface SqliteFile {
  /** Absolute path. */
  readonly path: string;
  /** The first version that may be used is the one after this. */
  readonly version: number;
  /** Lets another process have the file. */
  release(): void;
}

/** @throws DegovError that names the file and says what would help. */
export function openSqliteFile(givenPath: string): SqliteFile {
  let path = resolve(givenPath);
  try {
    Deno.mkdirSync(dirname(path), { recursive: true });
    path = resolveLinks(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DegovError("FAILED_PRECONDITION", `Cannot make the directory of the store's file ${path}: ${why}`, {
      cause: error,
    });
  }
  const release = lock(path);
  try {
    return { path, version: prepare(path), release };
  } catch (error) {
    release();
    throw sqliteFailure("open the store", path, error);
  }
}

/** The path without symbolic links, so that all names of a file have one lock (A1). */
function resolveLinks(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return join(Deno.realPathSync(dirname(path)), basename(path)); // There is no such file yet.
  }
}

/** A1. Nothing is ever written to the lock file; it is left behind, since removing it could remove another's lock. */
function lock(path: string): () => void {
  const lockPath = `${path}.lock`;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(lockPath);
    db.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    db?.close();
    if (error instanceof Error && /locked/.test(error.message)) {
      throw new DegovError(
        "UNAVAILABLE",
        `Cannot open the store in the file ${path}: another process has it open; stop that one, or name another path. ` +
          `For several engines on one store, use FoundationDB`,
        { cause: error },
      );
    }
    throw sqliteFailure("lock the store", path, error);
  }
  return () => db.close();
}

/** Makes the file ours, or checks that it is. @returns the version to go on from. */
function prepare(path: string): number {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA busy_timeout = 0");
    const pragma = (name: string) => Number(Object.values(db.prepare(`PRAGMA ${name}`).get()!)[0]);
    const isEmpty = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()!.n) === 0;
    const applicationId = pragma("application_id");
    if (applicationId !== APPLICATION_ID && !(isEmpty && applicationId === 0)) { // A2
      throw new DegovError(
        "FAILED_PRECONDITION",
        `Cannot open the store in the file ${path}: it is a SQLite database of another program; name another path`,
      );
    }
    const format = pragma("user_version");
    if (!isEmpty && format > FORMAT_VERSION) { // A2
      throw new DegovError(
        "FAILED_PRECONDITION",
        `Cannot open the store in the file ${path}: its format is ${format}, this program reads up to ` +
          `${FORMAT_VERSION}; use the newer program that wrote it`,
      );
    }
    if (isEmpty) db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
    if (isEmpty) {
      db.exec(`
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${FORMAT_VERSION};
        CREATE TABLE pairs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE versions (reserved INTEGER NOT NULL);
        INSERT INTO versions VALUES (0)`);
    }
    const version = Number(db.prepare("SELECT reserved FROM versions").get()!.reserved);
    db.prepare("UPDATE versions SET reserved = ?").run(version + VERSIONS_RESERVED); // A3
    db.exec("COMMIT");
    return version;
  } finally {
    db.close();
  }
}
