/**
 * Queued tasks: what is believed to wait in the store, and its hand-out to workers that are listening.
 *
 * - B1 A shard is taken off the belief only by a claim that found fewer tasks in it than it asked for and claimed them
 *      all, with none queued meanwhile. What is believed too long costs one empty read; what is not believed would wait.
 * - B2 An engine claims from its own shards first, so that engines do not meet; from the others what they leave, which
 *      is stealing. Every FAIR_EVERY-th claim takes the oldest wherever they are, so that no shard waits for ever
 *      because its engine has no workers.
 * - B3 Of tasks that other engines queue it hears by watches, and finds the rest by a look every LOOK_MS.
 */

import { assert } from "../../shared/errors.ts";
import { newToken } from "../../shared/ids.ts";
import { ReadyWatch } from "../cluster/ready_watch.ts";
import { type Capability, decodeReadyKey, type ReadyPlace, readyRange, shardOf, SHARDS } from "../keyspace.ts";
import type { Txn } from "../store/store.ts";
import type { Offer } from "./dispatcher.ts";
import { clearPlace, lease, toTaskBody } from "./grant.ts";
import type { Run, Scheduler } from "./scheduler.ts";
import { readUnfinishedTask } from "./task_record.ts";

/** What one transaction claims at most: inputs are written anew, so this keeps it well below the transaction's bound. */
const CLAIMS_PER_TXN_MAX = 64;
const INPUT_CHARS_PER_TXN_MAX = 1_000_000;
/** See B2. */
const FAIR_EVERY = 4;
/** Before an engine takes from another's shard, that one has so long to do it itself. */
const STEAL_DELAY_MS = 100;
/** See B3. */
const LOOK_MS = 2_000;

const CAPABILITIES: readonly Capability[] = ["javascript", "wasm"];

export class Backlog {
  readonly #scheduler: Scheduler;
  readonly #watch: ReadyWatch;
  /** Number of times tasks were queued, by shard; absent means nothing waits. At the beginning anything may. */
  readonly #believed: Readonly<Record<Capability, Map<number, number>>>;
  readonly #stop = new AbortController();
  /** Other engines' shards in which tasks were queued a moment ago (B2). */
  readonly #toSteal = new Set<number>();
  #draining: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #claims = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    const { store, clock, onError } = scheduler.options;
    const all = () => new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 0]));
    this.#believed = { javascript: all(), wasm: all() };
    this.#watch = new ReadyWatch({ store, clock, onError, onWake: (shard) => this.#woken(shard) });
    scheduler.membership.onChange(() => this.#watch.set(scheduler.membership.hasPeers && !this.#stop.signal.aborted));
  }

  start(): void {
    this.#looking ??= this.#look();
  }

  mayHave(capability: Capability): boolean {
    return this.#believed[capability].size > 0;
  }

  /** Tasks were queued. */
  grew(capability: Capability, shard: number): void {
    const shards = this.#believed[capability];
    shards.set(shard, (shards.get(shard) ?? 0) + 1);
    this.drain();
  }

  /** Claims what waits for whoever listens; one claim at a time, so that this engine does not conflict with itself. */
  drain(): void {
    if (this.#stop.signal.aborted || !CAPABILITIES.some((capability) => this.mayHave(capability))) return;
    this.#again = true;
    this.#draining ??= this.#drainAll().finally(() => this.#draining = undefined);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#watch.set(false);
    await Promise.all([this.#draining, this.#looking]);
  }

  /** Another engine, or this one, has queued tasks in the shard. */
  #woken(shard: number): void {
    if (this.#scheduler.membership.owns(shard)) return this.#believe([shard]);
    if (this.#toSteal.size === 0) {
      void this.#scheduler.options.clock.sleep(STEAL_DELAY_MS, this.#stop.signal).then(() => {
        const shards = [...this.#toSteal];
        this.#toSteal.clear();
        this.#believe(shards);
      });
    }
    this.#toSteal.add(shard);
  }

  #believe(shards: readonly number[]): void {
    for (const capability of CAPABILITIES) {
      for (const shard of shards) this.grew(capability, shard);
    }
  }

  /** B3 */
  async #look(): Promise<void> {
    const { clock, store, onError } = this.#scheduler.options;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(LOOK_MS, this.#stop.signal);
      for (const capability of this.#scheduler.dispatcher.wanted()) {
        if (this.#stop.signal.aborted) return;
        const unknown = shardNumbers().filter((shard) => !this.#believed[capability].has(shard));
        try {
          const found = await store.transact((txn) => waiting(txn, capability, unknown));
          for (const shard of found) this.grew(capability, shard);
        } catch (error) {
          onError("look for queued tasks", error);
        }
      }
      this.drain();
    }
  }

  async #drainAll(): Promise<void> {
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      for (const capability of this.#scheduler.dispatcher.wanted()) {
        if (!this.mayHave(capability)) continue;
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
    const believed = this.#believed[capability];
    const before = [...believed];
    const isFair = this.#claims++ % FAIR_EVERY === FAIR_EVERY - 1;
    const { claimed, found } = await this.#scheduler.transact(async (run) => {
      const found = await this.#oldest(run.txn, capability, { shards: before.map(([shard]) => shard), isFair });
      const claimed = new Set<ReadyPlace>();
      let chars = 0;
      for (const place of found.places) {
        if (chars > INPUT_CHARS_PER_TXN_MAX) break;
        const offer = run.effects.offer(capability, newToken());
        if (offer === undefined) break;
        chars += await claimOne(run, place, offer);
        claimed.add(place);
      }
      return { claimed, found };
    });
    const left = new Set(found.unread);
    for (const place of found.all) if (!claimed.has(place)) left.add(shardOf(place.instanceId));
    for (const [shard, queued] of before) {
      if (!left.has(shard) && believed.get(shard) === queued) believed.delete(shard); // B1
    }
    return claimed.size > 0 && believed.size > 0;
  }

  /**
   * The oldest queued tasks of the shards, read without conflicts: other engines may claim beside us. `unread` are
   * shards that may hold more than was read.
   */
  async #oldest(
    txn: Txn,
    capability: Capability,
    { shards, isFair }: { shards: readonly number[]; isFair: boolean },
  ): Promise<{ places: ReadyPlace[]; all: ReadyPlace[]; unread: number[] }> {
    const all: ReadyPlace[] = [];
    const unread: number[] = [];
    const pages = await Promise.all(shards.map((shard) => {
      const { begin, end } = readyRange(shard, capability);
      return txn.range(begin, end, { limit: CLAIMS_PER_TXN_MAX, snapshot: true });
    }));
    pages.forEach((pairs, index) => {
      if (pairs.length === CLAIMS_PER_TXN_MAX) unread.push(shards[index]);
      for (const { key } of pairs) all.push(decodeReadyKey(key));
    });
    const { membership } = this.#scheduler;
    const rank = ({ instanceId }: ReadyPlace) => isFair || membership.owns(shardOf(instanceId)) ? 0 : 1; // B2
    const places = [...all].sort((a, b) => rank(a) - rank(b) || byPriority(a, b) || a.readyAtMs - b.readyAtMs);
    return { places: places.slice(0, CLAIMS_PER_TXN_MAX), all, unread };
  }
}

function shardNumbers(): number[] {
  return Array.from({ length: SHARDS }, (_, shard) => shard);
}

/** Those of the shards in which some task is queued. */
async function waiting(txn: Txn, capability: Capability, shards: readonly number[]): Promise<number[]> {
  const pages = await Promise.all(shards.map((shard) => {
    const { begin, end } = readyRange(shard, capability);
    return txn.range(begin, end, { limit: 1, snapshot: true });
  }));
  return shards.filter((_, index) => pages[index].length > 0);
}

function byPriority(a: ReadyPlace, b: ReadyPlace): number {
  return (b.priority ?? 0) - (a.priority ?? 0);
}

/** Leases one queued task; the length of its input. */
async function claimOne(run: Run, place: ReadyPlace, offer: Offer): Promise<number> {
  const task = await readUnfinishedTask(run.txn, place.instanceId, place.taskId); // the conflict that makes it ours
  assert(task !== undefined && task.record.status === "queued", `ready entry without a queued task: ${place.taskId}`);
  clearPlace(run.txn, place, task.record);
  lease(run.txn, run.effects, { ...run, ...place, ...toTaskBody(task), offer });
  return task.inputJson.length;
}
