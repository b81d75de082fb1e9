/**
 * The recent commits: every version of every key written since a floor, over an older whole that a store keeps.
 *
 * It answers three questions: what a key held at a version, whether something was written since a version (conflicts),
 * and which commits are still to be carried over to the older whole.
 *
 * - M1 A key's versions descend along its chain, and a chain is never empty.
 * - M2 A clear of a range also puts an entry on the chain of every key of the range that has one. So a chain that has
 *      an entry at or before a version decides alone; cleared ranges decide only for keys without.
 * - M3 Nothing at or before the floor is left, and everything after it is: reads and conflict checks are exact for
 *      every version from the floor on, and impossible before it.
 */

import { assert } from "../../shared/errors.ts";
import { ClearedRanges, type KeyRange } from "./cleared_ranges.ts";
import type { Layer } from "./layered_range.ts";
import { SortedKeys } from "./sorted_keys.ts";
import type { Bytes } from "./store.ts";

/** What a key held from one version on; undefined is nothing. */
export interface Entry {
  readonly version: number;
  value: Bytes | undefined;
  older: Entry | undefined;
}

export interface Chain {
  readonly text: string;
  readonly key: Bytes;
  newest: Entry;
  /** Floor at which older entries were last cut off. */
  cutAt?: number;
}

/** One commit. Its clears come before its points. */
export interface Commit {
  readonly version: number;
  readonly clears: readonly KeyRange[];
  readonly chains: Chain[];
  /** What this commit left at each of `chains`. */
  readonly entries: Entry[];
  readonly bytes: number;
}

type OpenCommit = Commit & { bytes: number };

/** A key and what a commit leaves there. */
export interface ResolvedWrite {
  text: string;
  key: Bytes;
  value: Bytes | undefined;
}

/** Memory of an entry and its share of chain, order and log, for the bound on the window. */
const ENTRY_OVERHEAD_BYTES = 200;

export class CommitWindow {
  readonly #chains = new Map<string, Chain>();
  readonly #order = new SortedKeys();
  readonly #cleared = new ClearedRanges();
  /** Commits after the floor, oldest first; those before `#logStart` are trimmed and their places not yet given back. */
  #log: Commit[] = [];
  #logStart = 0;
  #bytes = 0;
  #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  get floor(): number {
    return this.#floor;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What the key held at the version, when a commit after the floor decided it. */
  lookup(text: string, version: number): Entry | undefined {
    assert(version >= this.#floor, "reads are not older than the floor"); // M3
    let entry = this.#chains.get(text)?.newest;
    while (entry !== undefined && entry.version > version) entry = entry.older;
    if (entry !== undefined) return entry; // M2
    const cleared = this.#cleared.clearedBy(text, version);
    return cleared === undefined ? undefined : { version: cleared, value: undefined, older: undefined };
  }

  writtenSince(text: string, version: number): boolean {
    const chain = this.#chains.get(text);
    if (chain !== undefined && chain.newest.version > version) return true;
    return !this.#cleared.isEmpty && this.#cleared.anyAfter(text, text + "00", version);
  }

  rangeWrittenSince(range: KeyRange, version: number): boolean {
    if (this.#cleared.anyAfter(range.begin, range.end, version)) return true;
    let isWritten = false;
    this.#order.visit(range.begin, range.end, (text) => {
      isWritten = this.#chains.get(text)!.newest.version > version;
      return !isWritten;
    });
    return isWritten;
  }

  /** The window as it was at the version; undefined where it has no word on the range, whatever the version. */
  layerFor(range: KeyRange, version: number): Layer | undefined {
    let isTouched = this.#cleared.next(range, Number.MAX_SAFE_INTEGER, false) !== undefined;
    if (!isTouched) this.#order.visit(range.begin, range.end, () => (isTouched = true, false));
    if (!isTouched) return undefined;
    return {
      nextCleared: (part, reverse) => this.#cleared.next(part, version, reverse),
      visit: (part, reverse, visitor) => {
        const visitKey = (text: string) => {
          const chain = this.#chains.get(text)!;
          let entry: Entry | undefined = chain.newest;
          while (entry !== undefined && entry.version > version) entry = entry.older;
          return entry === undefined || visitor(text, chain.key, entry.value);
        };
        if (reverse) this.#order.visitReverse(part.begin, part.end, visitKey);
        else this.#order.visit(part.begin, part.end, visitKey);
      },
    };
  }

  /** Adds a commit. Versions ascend. */
  append(version: number, clears: readonly KeyRange[], writes: readonly ResolvedWrite[]): Commit {
    const commit: OpenCommit = { version, clears, chains: [], entries: [], bytes: 0 };
    for (const range of clears) {
      this.#order.visit(range.begin, range.end, (text) => {
        this.#push(commit, this.#chains.get(text)!, undefined); // M2
        return true;
      });
      this.#cleared.add(range.begin, range.end, version);
      commit.bytes += range.begin.length + range.end.length + ENTRY_OVERHEAD_BYTES;
    }
    for (let index = 0; index < writes.length; index++) {
      const { text, key, value } = writes[index];
      const chain = this.#chains.get(text);
      if (chain !== undefined) this.#push(commit, chain, value);
      else {
        const fresh: Chain = { text, key, newest: { version, value, older: undefined }, cutAt: undefined };
        this.#chains.set(text, fresh);
        this.#order.add(text);
        this.#record(commit, fresh);
      }
    }
    this.#bytes += commit.bytes;
    this.#log.push(commit);
    return commit;
  }

  /** The commits after the version, oldest first. */
  commitsAfter(version: number): Commit[] {
    let index = this.#log.length;
    while (index > this.#logStart && this.#log[index - 1].version > version) index--;
    return this.#log.slice(index);
  }

  /** Raises the floor, handing over each commit at or before it in order: from now on the older whole holds them. */
  trim(floor: number, handOver: (commit: Commit) => void): void {
    if (floor <= this.#floor) return;
    let hadClears = false;
    while (this.#logStart < this.#log.length && this.#log[this.#logStart].version <= floor) {
      const commit = this.#log[this.#logStart++];
      handOver(commit);
      hadClears ||= commit.clears.length > 0;
      this.#bytes -= commit.bytes;
      for (const chain of commit.chains) this.#cutChain(chain, floor);
    }
    if (hadClears) this.#cleared.trim(floor);
    // Giving back places costs a copy of the rest, so it is done when half is waste.
    if (this.#logStart * 2 > this.#log.length) {
      this.#log = this.#log.slice(this.#logStart);
      this.#logStart = 0;
    }
    this.#floor = floor;
  }

  #push(commit: OpenCommit, chain: Chain, value: Bytes | undefined): void {
    const { version } = commit;
    if (chain.newest.version === version) {
      // A point over a clear of the same commit, which nobody has read yet: one entry per version.
      chain.newest.value = value;
      commit.bytes += value?.length ?? 0;
      return;
    }
    chain.newest = { version, value, older: chain.newest }; // M1
    this.#record(commit, chain);
  }

  #record(commit: OpenCommit, chain: Chain): void {
    commit.chains.push(chain);
    commit.entries.push(chain.newest);
    commit.bytes += (chain.newest.value?.length ?? 0) + chain.key.length + chain.text.length + ENTRY_OVERHEAD_BYTES;
  }

  #cutChain(chain: Chain, floor: number): void {
    if (chain.newest.version <= floor) {
      if (this.#chains.get(chain.text) === chain) { // Not when an earlier commit of this trim has removed it.
        this.#chains.delete(chain.text);
        this.#order.delete(chain.text);
      }
      return;
    }
    if (chain.cutAt === floor) return; // A key that nearly every commit writes is cut once, not once for each.
    chain.cutAt = floor;
    let entry = chain.newest;
    while (entry.older !== undefined && entry.older.version > floor) entry = entry.older;
    entry.older = undefined; // M3
  }
}
