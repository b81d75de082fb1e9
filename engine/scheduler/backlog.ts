/**
 * Queued tasks: what is believed to wait in the store, and its hand-out to workers that are listening.
 *
 * - B1 A capability is taken off the belief only by a claim that found fewer tasks than it had places for, with none
 *      queued meanwhile. What is believed too long costs one empty read; what is not believed would wait.
 */

import { assert } from "../../shared/errors.ts";
import { newToken } from "../../shared/ids.ts";
import { type Capability, decodeReadyKey, type ReadyPlace, readyRange, SHARDS } from "../keyspace.ts";
import type { Txn } from "../store/store.ts";
import type { Offer } from "./dispatcher.ts";
import { clearPlace, lease, toTaskBody } from "./grant.ts";
import type { Run, Scheduler } from "./scheduler.ts";
import { readUnfinishedTask } from "./task_record.ts";

/** What one transaction claims at most: inputs are written anew, so this keeps it well below the transaction's bound. */
const CLAIMS_PER_TXN_MAX = 64;
const INPUT_CHARS_PER_TXN_MAX = 1_000_000;

export class Backlog {
  readonly #scheduler: Scheduler;
  /** Number of times tasks were queued, by capability; absent means nothing waits. At the beginning anything may. */
  readonly #believed = new Map<Capability, number>([["javascript", 0], ["wasm", 0]]);
  #draining: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  mayHave(capability: Capability): boolean {
    return this.#believed.has(capability);
  }

  /** Tasks were queued. */
  grew(capability: Capability): void {
    this.#believed.set(capability, (this.#believed.get(capability) ?? 0) + 1);
    this.drain();
  }

  /** Claims what waits for whoever listens; one claim at a time, so that this engine does not conflict with itself. */
  drain(): void {
    if (this.#stopped || this.#believed.size === 0) return;
    this.#again = true;
    this.#draining ??= this.#drainAll().finally(() => this.#draining = undefined);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#draining;
  }

  async #drainAll(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      for (const capability of this.#scheduler.dispatcher.wanted()) {
        if (!this.#believed.has(capability)) continue;
        try {
          if (await this.#claim(capability)) this.#again = true;
        } catch (error) {
          this.#scheduler.options.onError("claim queued tasks", error);
        }
      }
    }
  }

  /** Leases queued tasks to listening workers. True when there may be more of both. */
  async #claim(capability: Capability): Promise<boolean> {
    const queuedBefore = this.#believed.get(capability);
    const { claimed, found } = await this.#scheduler.transact(async (run) => {
      const places = await oldest(run.txn, capability, CLAIMS_PER_TXN_MAX);
      let claimed = 0;
      let chars = 0;
      for (const place of places) {
        if (chars > INPUT_CHARS_PER_TXN_MAX) break;
        const offer = run.effects.offer(capability, newToken());
        if (offer === undefined) break;
        chars += await claimOne(run, place, offer);
        claimed++;
      }
      return { claimed, found: places.length };
    });
    const isEmpty = found < CLAIMS_PER_TXN_MAX && claimed === found;
    if (isEmpty && this.#believed.get(capability) === queuedBefore) this.#believed.delete(capability); // B1
    return !isEmpty && claimed > 0;
  }
}

/** The oldest queued tasks over all shards, read without conflicts: other engines may claim beside us. */
async function oldest(txn: Txn, capability: Capability, limit: number): Promise<ReadyPlace[]> {
  const places: ReadyPlace[] = [];
  for (let shard = 0; shard < SHARDS; shard++) {
    const { begin, end } = readyRange(shard, capability);
    for (const { key } of await txn.range(begin, end, { limit, snapshot: true })) places.push(decodeReadyKey(key));
  }
  return places.sort((a, b) => a.readyAtMs - b.readyAtMs).slice(0, limit);
}

/** Leases one queued task; the length of its input. */
async function claimOne(run: Run, place: ReadyPlace, offer: Offer): Promise<number> {
  const task = await readUnfinishedTask(run.txn, place.instanceId, place.taskId); // the conflict that makes it ours
  assert(task !== undefined && task.record.status === "queued", `ready entry without a queued task: ${place.taskId}`);
  clearPlace(run.txn, place, task.record);
  lease(run.txn, run.effects, { ...run, ...place, ...toTaskBody(task), offer });
  return task.inputJson.length;
}
