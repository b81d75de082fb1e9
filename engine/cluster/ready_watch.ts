/**
 * Tells of tasks that other engines have queued, by watching one key per shard that every queueing commit counts up.
 *
 * Nothing is watched while there are no other engines, and nothing is written then: see Membership.hasPeers.
 *
 * - H1 Nothing is missed: the next watch is in place before what the last one told of is looked at.
 */

import type { Clock } from "../../shared/clock.ts";
import { SHARDS, wakeKey } from "../keyspace.ts";
import type { Store, Watch } from "../store/store.ts";

/** A watch that was lost (the store was away) is set again after this. */
const LOST_MS = 1_000;

export interface ReadyWatchOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Tasks may have been queued in the shard. */
  readonly onWake: (shard: number) => void;
  readonly onError: (what: string, error: unknown) => void;
}

export class ReadyWatch {
  readonly #options: ReadyWatchOptions;
  #watching: AbortController | undefined;

  constructor(options: ReadyWatchOptions) {
    this.#options = options;
  }

  /** Begins or ceases to watch; what is so already stays so. */
  set(isWatching: boolean): void {
    if (isWatching === (this.#watching !== undefined)) return;
    if (!isWatching) {
      this.#watching?.abort();
      this.#watching = undefined;
      return;
    }
    this.#watching = new AbortController();
    for (let shard = 0; shard < SHARDS; shard++) void this.#follow(shard, this.#watching.signal);
  }

  async #follow(shard: number, over: AbortSignal): Promise<void> {
    const { store, clock, onWake, onError } = this.#options;
    let watch: Watch | undefined;
    const cancel = () => watch?.cancel();
    over.addEventListener("abort", cancel, { once: true });
    while (!over.aborted) {
      try {
        const before: Watch | undefined = watch;
        const isChanged: boolean = before === undefined || await before.changed;
        if (over.aborted) return;
        if (!isChanged) await clock.sleep(LOST_MS, over);
        watch = store.watch(wakeKey(shard));
        await watch.armed; // H1
        if (!over.aborted) onWake(shard);
      } catch (error) {
        onError(`watch shard ${shard}`, error);
        watch = undefined;
        await clock.sleep(LOST_MS, over);
      }
    }
    cancel();
  }
}
