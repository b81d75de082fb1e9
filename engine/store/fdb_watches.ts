/**
 * Watches of keys on FoundationDB.
 *
 * The database's own watch is quick (15 to 30 ms) but may be lost with a server or refused when there are too many.
 * So a slow poll stands beside all of them, which makes "late by up to 1 s" true whatever happens to the quick one.
 *
 * - Z1 A key is always a Buffer: with strings the client library leaks and then aborts the whole process.
 * - Z2 Each watch ends exactly once; what ends it also cancels the database's own.
 */

import type { Buffer } from "node:buffer";
import type { Clock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import type { FdbDatabase } from "./fdb_client.ts";
import type { Watch } from "./store.ts";
import { WATCHES_MAX } from "./watch_registry.ts";

const POLL_MS = 1_000;
/** Keys read by one transaction of the poll. */
const POLL_KEYS = 100;
const READ_TIMEOUT_MS = 5_000;

interface Entry {
  readonly key: Buffer;
  /** Value when the watch was armed; undefined is no value. */
  baseline: Buffer | undefined;
  isArmed: boolean;
  native: { cancel(): void } | undefined;
  end(isChanged: boolean): void;
}

export class FdbWatches {
  readonly #db: FdbDatabase;
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();
  readonly #closing = new AbortController();
  #isPolling = false;

  constructor(db: FdbDatabase, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** @param key the whole key, prefix included (Z1). @throws DegovError RESOURCE_EXHAUSTED beyond WATCHES_MAX. */
  watch(key: Buffer): Watch {
    if (this.#entries.size >= WATCHES_MAX) {
      throw new DegovError("RESOURCE_EXHAUSTED", `Cannot watch one more key: ${WATCHES_MAX} are watched already`);
    }
    const [armed, changed] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
    const entry: Entry = {
      key,
      baseline: undefined,
      isArmed: false,
      native: undefined,
      end: (isChanged) => {
        if (!this.#entries.delete(entry)) return;
        entry.native?.cancel(); // Z2
        armed.resolve();
        changed.resolve(isChanged);
      },
    };
    this.#entries.add(entry);
    if (this.#closing.signal.aborted) entry.end(false);
    else this.#arm(entry).then(armed.resolve, () => entry.end(false));
    return { armed: armed.promise, changed: changed.promise, cancel: () => entry.end(false) };
  }

  close(): void {
    this.#closing.abort();
    for (const entry of [...this.#entries]) entry.end(false);
  }

  async #arm(entry: Entry): Promise<void> {
    // The database's own retry loop, without writes: it only repeats what a passing fault has broken.
    const { value, native } = await this.#db.doTn(async (tn) => {
      const value = await tn.get(entry.key);
      return { value, native: tn.watch(entry.key) };
    }, { timeout: READ_TIMEOUT_MS });
    entry.native = native;
    // A native watch that breaks leaves its key to the poll.
    native.promise.then((isChanged) => isChanged && entry.end(true), () => {});
    if (!this.#entries.has(entry)) return native.cancel(); // Z2: it ended while it was being armed.
    entry.baseline = value;
    entry.isArmed = true;
    if (!this.#isPolling) void this.#poll();
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#entries.size > 0) {
      await this.#clock.sleep(POLL_MS, this.#closing.signal);
      const armed = [...this.#entries].filter((entry) => entry.isArmed);
      for (let from = 0; from < armed.length; from += POLL_KEYS) {
        await this.#pollKeys(armed.slice(from, from + POLL_KEYS));
      }
    }
    this.#isPolling = false;
  }

  async #pollKeys(entries: readonly Entry[]): Promise<void> {
    try {
      const values = await this.#db.doTn(
        (tn) => Promise.all(entries.map((entry) => tn.snapshot().get(entry.key))),
        { timeout: READ_TIMEOUT_MS },
      );
      entries.forEach((entry, index) => {
        if (!isSame(values[index], entry.baseline)) entry.end(true);
      });
    } catch {
      // The cluster is away: the next round asks again.
    }
  }
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
