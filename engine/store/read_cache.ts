/**
 * Values recently read from the file, bounded in bytes.
 *
 * - H1 A value here is what the key held at the floor of the commit window. The window is asked first and knows of
 *      everything since; a commit that leaves it, as the floor rises, brings its values along.
 */

import type { Commit } from "./commit_window.ts";
import { SortedKeys } from "./sorted_keys.ts";
import type { Bytes } from "./store.ts";

/** Memory of an entry beside its bytes: the Map's slot, two texts' headers, a value's header. */
const ENTRY_OVERHEAD_BYTES = 200;

interface Entry {
  value: Bytes;
  /** Read again since it was last spared from eviction. */
  isRecent: boolean;
}

/** Second-chance eviction: a hit only sets a mark, which is cheaper than moving the entry to the end. */
export class ReadCache {
  readonly #bytesMax: number;
  readonly #entries = new Map<string, Entry>();
  /** For clears of ranges. */
  readonly #order = new SortedKeys();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(text: string): Bytes | undefined {
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    entry.isRecent = true;
    return entry.value;
  }

  /** Keeps a value that was read from the file. */
  put(text: string, value: Bytes): void {
    const bytes = entryBytes(text, value);
    if (bytes > this.#bytesMax || this.#entries.has(text)) return;
    this.#entries.set(text, { value, isRecent: false });
    this.#order.add(text);
    this.#bytes += bytes;
    if (this.#bytes > this.#bytesMax) this.#evict();
  }

  /** Follows a commit that leaves the window (H1). Keys that are not here are not brought in. */
  apply(commit: Commit): void {
    if (this.#entries.size === 0) return;
    for (const { begin, end } of commit.clears) {
      const covered: string[] = [];
      this.#order.visit(begin, end, (text) => covered.push(text) > 0);
      for (const text of covered) this.#delete(text);
    }
    for (let index = 0; index < commit.chains.length; index++) {
      const { text } = commit.chains[index];
      const entry = this.#entries.get(text);
      if (entry === undefined) continue;
      const { value } = commit.entries[index];
      if (value === undefined) this.#delete(text);
      else {
        this.#bytes += value.length - entry.value.length;
        entry.value = value.slice(); // Kept for long: not with the block that it may be cut from.
      }
    }
    if (this.#bytes > this.#bytesMax) this.#evict();
  }

  #evict(): void {
    for (const [text, entry] of this.#entries) {
      if (entry.isRecent) { // Spared once: to the end.
        entry.isRecent = false;
        this.#entries.delete(text);
        this.#entries.set(text, entry);
      } else this.#delete(text);
      if (this.#bytes <= this.#bytesMax) return;
    }
  }

  #delete(text: string): void {
    const entry = this.#entries.get(text);
    if (entry === undefined) return;
    this.#entries.delete(text);
    this.#order.delete(text);
    this.#bytes -= entryBytes(text, entry.value);
  }
}

function entryBytes(text: string, value: Bytes): number {
  return 2 * text.length + value.length + ENTRY_OVERHEAD_BYTES;
}
