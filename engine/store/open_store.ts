/** Opening the store that a specification names. Only this file imports the stores' adapters. */

import { type Clock, systemClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { MemoryStore } from "./memory_store.ts";
import type { Store } from "./store.ts";

export interface OpenStoreOptions {
  clock?: Clock;
  /** sqlite: survive power loss (`fsync`, the default), or the end of the process only (`os`). */
  durability?: "fsync" | "os";
  /** sqlite: memory for values read from the file. Default 64 MB. */
  cacheBytes?: number;
  /** fdb: beginning of every key, so that several systems share a cluster. Default none. */
  prefix?: string;
}

/** What a specification may be, for messages and help. */
export const STORE_SPECIFICATIONS =
  `"sqlite:PATH" (a file, made when there is none), "fdb:" or "fdb:PATH" (FoundationDB; PATH of a cluster file), ` +
  `"memory:" (nothing survives the process)`;

/**
 * Opens a store.
 *
 * @throws DegovError INVALID_ARGUMENT for a specification that names none, UNAVAILABLE when another process has the
 *   file, FAILED_PRECONDITION or DATA_LOSS when the file or the client library cannot be used.
 */
export async function openStore(specification: string, options: OpenStoreOptions = {}): Promise<Store> {
  const colon = specification.indexOf(":");
  const [kind, place] = [specification.slice(0, colon), specification.slice(colon + 1)];
  if (kind === "memory" && place === "") return new MemoryStore({ clock: options.clock ?? systemClock });
  // Imported when asked for: node:sqlite and FoundationDB's client each need permissions and files of their own.
  if (kind === "sqlite" && place !== "") {
    const { SqliteStore } = await import("./sqlite_store.ts");
    return await SqliteStore.open(place, options);
  }
  if (kind === "fdb") {
    const { FdbStore } = await import("./fdb_store.ts");
    return await FdbStore.open({ clusterFile: place === "" ? undefined : place, prefix: options.prefix });
  }
  throw new DegovError(
    "INVALID_ARGUMENT",
    `Cannot open the store "${specification}": a store is one of ${STORE_SPECIFICATIONS}`,
  );
}

/**
 * Copies an embedded store's file to another, while its engine runs or not: the whole store, its log of events too.
 *
 * @throws DegovError INVALID_ARGUMENT
 */
export async function backupStore(specification: string, to: string): Promise<void> {
  if (/^sqlite:./.test(specification)) {
    const { backupSqlite } = await import("./sqlite_backup.ts");
    return await backupSqlite(specification.slice("sqlite:".length), to);
  }
  const instead = specification.startsWith("fdb:")
    ? "FoundationDB has a tool of its own, fdbbackup"
    : specification === "memory:"
    ? "it is gone with its process"
    : 'it must be "sqlite:PATH"';
  throw new DegovError("INVALID_ARGUMENT", `Cannot make a copy of the store "${specification}": ${instead}`);
}
