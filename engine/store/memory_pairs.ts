/** The older whole of a MemoryStore: all pairs, as of the window's floor. */

import type { KeyRange } from "./cleared_ranges.ts";
import type { Commit } from "./commit_window.ts";
import type { OlderWhole } from "./multiversion.ts";
import { SortedKeys } from "./sorted_keys.ts";
import type { Bytes, Pair } from "./store.ts";

export class MemoryPairs implements OlderWhole {
  readonly #pairs = new Map<string, Pair>();
  readonly #order = new SortedKeys();

  get(text: string): Bytes | undefined {
    return this.#pairs.get(text)?.value;
  }

  range(range: KeyRange, limit: number, reverse: boolean): Pair[] {
    const pairs: Pair[] = [];
    const take = (text: string) => pairs.push(this.#pairs.get(text)!) < limit;
    if (reverse) this.#order.visitReverse(range.begin, range.end, take);
    else this.#order.visit(range.begin, range.end, take);
    return pairs;
  }

  /** Carries a commit over. */
  apply(commit: Commit): void {
    for (const { begin, end } of commit.clears) {
      const covered: string[] = [];
      this.#order.visit(begin, end, (text) => covered.push(text) > 0);
      for (const text of covered) this.#delete(text);
    }
    commit.chains.forEach(({ text, key }, index) => {
      const { value } = commit.entries[index];
      if (value === undefined) this.#delete(text);
      else {
        if (!this.#pairs.has(text)) this.#order.add(text);
        this.#pairs.set(text, { key, value });
      }
    });
  }

  #delete(text: string): void {
    if (this.#pairs.delete(text)) this.#order.delete(text);
  }
}
