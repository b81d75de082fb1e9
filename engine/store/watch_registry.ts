/**
 * Watches of keys within one process.
 *
 * - R1 A watch is fired at most once, and is forgotten when it fires or is cancelled.
 */

import { DegovError } from "../../shared/errors.ts";
import type { Commit } from "./commit_window.ts";
import type { Bytes, Watch } from "./store.ts";

/** As many as FoundationDB allows a client by default. */
export const WATCHES_MAX = 10_000;

const ARMED = Promise.resolve();

export class WatchRegistry {
  readonly #byKey = new Map<string, Set<(isChanged: boolean) => void>>();
  #count = 0;
  #isClosed = false;

  /** @throws DegovError RESOURCE_EXHAUSTED beyond WATCHES_MAX. */
  watch(key: Bytes): Watch {
    if (this.#isClosed) return { armed: ARMED, changed: Promise.resolve(false), cancel: () => {} };
    if (this.#count >= WATCHES_MAX) {
      throw new DegovError("RESOURCE_EXHAUSTED", `Cannot watch one more key: ${WATCHES_MAX} are watched already`);
    }
    const text = key.toHex();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const watches = this.#byKey.get(text) ?? new Set();
    const end = (isChanged: boolean) => {
      if (!watches.delete(end)) return; // R1
      this.#count--;
      if (watches.size === 0 && this.#byKey.get(text) === watches) this.#byKey.delete(text);
      resolve(isChanged);
    };
    watches.add(end);
    this.#byKey.set(text, watches);
    this.#count++;
    return { armed: ARMED, changed: promise, cancel: () => end(false) };
  }

  /** Fires the watches of every key that the commit wrote or cleared. */
  fire(commit: Commit): void {
    if (this.#count === 0) return;
    for (const { text } of commit.chains) this.#fireKey(text);
    for (const { begin, end } of commit.clears) {
      for (const text of [...this.#byKey.keys()]) {
        if (text >= begin && text < end) this.#fireKey(text);
      }
    }
  }

  /** Fires every watch, as if every key had changed. */
  fireAll(): void {
    for (const text of [...this.#byKey.keys()]) this.#fireKey(text);
  }

  close(): void {
    this.#isClosed = true;
    for (const watches of [...this.#byKey.values()]) {
      for (const end of [...watches]) end(false);
    }
  }

  #fireKey(text: string): void {
    const watches = this.#byKey.get(text);
    if (watches === undefined) return;
    for (const end of [...watches]) end(true);
  }
}
