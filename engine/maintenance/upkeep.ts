/**
 * What an engine clears away in the background: finished instances by policy, and code that nothing refers to.
 *
 * - U1 Of several engines only one does it at a time, as far as they know; two at once do no harm.
 */

import type { Clock } from "../../shared/clock.ts";
import type { Membership } from "../cluster/membership.ts";
import type { Store } from "../store/store.ts";
import { collectCode } from "./code_collection.ts";
import { expireInstances, type RetentionOptions } from "./retention.ts";

const PASS_MS = 60_000;
/** Nothing that runs leaves code behind; it is looked for now and then. */
const PASSES_PER_COLLECTION = 60;
/** The engine that looks after this shard does the upkeep (U1). */
const UPKEEP_SHARD = 0;

export interface UpkeepOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly membership: Membership;
  /** Absent: finished instances are kept for ever. */
  readonly retention?: Omit<RetentionOptions, "signal">;
  readonly onError: (what: string, error: unknown) => void;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, membership } = this.#options;
    for (let pass = 1;; pass++) {
      await clock.sleep(PASS_MS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      if (!membership.owns(UPKEEP_SHARD)) continue;
      await this.#pass(pass % PASSES_PER_COLLECTION === 0);
    }
  }

  async #pass(isCollecting: boolean): Promise<void> {
    const { store, clock, retention, onError } = this.#options;
    const { signal } = this.#stop;
    try {
      if (retention !== undefined) await expireInstances(store, { ...retention, nowMs: clock.nowMs(), signal });
      if (isCollecting && !signal.aborted) await collectCode(store);
    } catch (error) {
      onError("clear away what has expired", error);
    }
  }
}
