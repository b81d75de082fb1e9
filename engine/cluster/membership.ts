/**
 * The engines that share the store: who is alive, and who looks after which shard.
 *
 * Owns this engine's record in the store, and its view of the others.
 *
 * - E1 An engine is alive while its beat changes: seen by the observer's own clock, so that no two clocks are compared.
 * - E2 The view is a hint. Two engines may for a while both look after a shard, or neither: the others do its work too,
 *      only later (see timer_clockwork.ts, backlog.ts, sweep.ts).
 * - E3 Until the first look, an engine takes itself to be alone: it then looks after everything.
 */

import type { Clock } from "../../shared/clock.ts";
import { decodeEngineKey, decodeJson, encodeJson, engineKey, enginesRange, SHARDS } from "../keyspace.ts";
import type { Store } from "../store/store.ts";
import { ownerOf } from "./shard_owner.ts";

/** One small commit each: seldom enough to cost nothing, often enough to notice a death within ENGINE_SILENT_MS. */
export const ENGINE_BEAT_MS = 1_500;
/** Three beats missed. */
export const ENGINE_SILENT_MS = 5_000;
/** A record that has not changed for so long is removed. */
const FORGET_MS = 60_000;
/** More engines than this on one store are beyond what it is built for. */
export const ENGINES_MAX = 100;
/** Saying goodbye is a courtesy: the others would notice. */
const LEAVE_TIMEOUT_MS = 1_000;

/** What an engine writes of itself. */
export interface EngineRecord {
  startedAtMs: number;
  /** Counts up. */
  beat: number;
  version: string;
}

/** An engine as this one sees it. */
export interface EngineView {
  id: string;
  isThis: boolean;
  /** Its beat was seen to change of late (E1). */
  isLive: boolean;
  version: string;
  startedAtMs: number;
  /** Shards that it looks after, if all engines see what this one sees. */
  shards: number;
}

interface Sight {
  beat: number;
  changedMs: number;
}

export interface MembershipOptions {
  readonly id: string;
  readonly version: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly onError: (what: string, error: unknown) => void;
}

export class Membership {
  readonly id: string;
  readonly #options: MembershipOptions;
  readonly #sights = new Map<string, Sight>();
  readonly #stop = new AbortController();
  readonly #listeners: (() => void)[] = [];
  #live: readonly string[];
  #owned: boolean[] = [];
  #beat = 0;
  #startedAtMs = 0;
  #running: Promise<void> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.id = options.id;
    this.#live = [options.id]; // E3
  }

  /** Ids of the engines that are alive, this one included. */
  get live(): readonly string[] {
    return this.#live;
  }

  get hasPeers(): boolean {
    return this.#live.length > 1;
  }

  /** Whether this engine looks after the shard, as far as it knows (E2). */
  owns(shard: number): boolean {
    return this.#owned[shard] ??= ownerOf(shard, this.#live) === this.id;
  }

  /** Every engine that has a record, by id. */
  async list(): Promise<EngineView[]> {
    const { begin, end } = enginesRange();
    const pairs = await this.#options.store.transact((txn) =>
      txn.range(begin, end, { limit: ENGINES_MAX, snapshot: true })
    );
    const live = this.#live;
    const owners = Array.from({ length: SHARDS }, (_, shard) => ownerOf(shard, live));
    return pairs.map(({ key, value }) => {
      const id = decodeEngineKey(key);
      const { version, startedAtMs } = decodeJson<EngineRecord>(value);
      const shards = owners.filter((owner) => owner === id).length;
      return { id, isThis: id === this.id, isLive: live.includes(id), version, startedAtMs, shards };
    });
  }

  /** Calls the listener whenever an engine has come or gone. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  start(): void {
    this.#startedAtMs = this.#options.clock.nowMs();
    this.#running ??= this.#run();
  }

  /** Leaves, so that the others need not wait for its silence. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const { store } = this.#options;
    await store.transact((txn) => Promise.resolve(txn.clear(engineKey(this.id))), { timeoutMs: LEAVE_TIMEOUT_MS })
      .catch(() => {});
  }

  async #run(): Promise<void> {
    const { clock, onError } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#exchange();
      } catch (error) {
        onError("tell the other engines that this one is alive", error);
      }
      await clock.sleep(ENGINE_BEAT_MS, this.#stop.signal);
    }
  }

  /** Writes the own beat and reads the others', in one transaction. */
  async #exchange(): Promise<void> {
    const { store, clock, version } = this.#options;
    this.#beat++;
    const record: EngineRecord = { startedAtMs: this.#startedAtMs, beat: this.#beat, version };
    const { begin, end } = enginesRange();
    const pairs = await store.transact(async (txn) => {
      txn.set(engineKey(this.id), encodeJson(record));
      return await txn.range(begin, end, { limit: ENGINES_MAX, snapshot: true });
    });
    const nowMs = clock.nowMs();
    const seen = new Map(pairs.map(({ key, value }) => [decodeEngineKey(key), decodeJson<EngineRecord>(value).beat]));
    for (const [engineId, beat] of seen) {
      if (this.#sights.get(engineId)?.beat !== beat) this.#sights.set(engineId, { beat, changedMs: nowMs }); // E1
    }
    for (const [engineId, sight] of this.#sights) {
      if (!seen.has(engineId)) this.#sights.delete(engineId);
      else if (nowMs < sight.changedMs) sight.changedMs = nowMs; // the clock has jumped back
      else if (sight.changedMs + FORGET_MS < nowMs) await this.#forget(engineId, sight.beat);
    }
    this.#view(nowMs);
  }

  #view(nowMs: number): void {
    const live = [this.id];
    for (const [engineId, { changedMs }] of this.#sights) {
      if (engineId !== this.id && changedMs + ENGINE_SILENT_MS >= nowMs) live.push(engineId);
    }
    live.sort();
    if (live.join("\n") === this.#live.join("\n")) return;
    this.#live = live;
    this.#owned = [];
    for (const listener of this.#listeners) listener();
  }

  /** Removes the record of an engine that is long dead, unless it has moved after all. */
  async #forget(engineId: string, beat: number): Promise<void> {
    await this.#options.store.transact(async (txn) => {
      const bytes = await txn.get(engineKey(engineId));
      if (bytes !== undefined && decodeJson<EngineRecord>(bytes).beat === beat) txn.clear(engineKey(engineId));
    });
    this.#sights.delete(engineId);
  }
}
