/**
 * How this engine has been doing over the last hour: what the overview draws.
 *
 * Owns a ring of intervals, in memory. Each change of an instance costs a few additions; the queue's depth is looked up
 * once per interval, and then only as far as QUEUED_PER_SHARD_MAX.
 *
 * - U1 The ring has a fixed size: no load and no time makes it larger.
 * - U2 What it shows is of this engine and begins with it. It is a hint for people; nothing is decided by it.
 */

import type { Engine } from "../engine.ts";
import { type Capability, decodeReadyKey, readyRange, SHARDS } from "../keyspace.ts";
import { CrashWatch } from "./crash_watch.ts";
import type { Instance } from "../machine/instance.ts";

export const INTERVAL_MS = 10_000;
export const INTERVALS = 360;
const QUEUED_PER_SHARD_MAX = 250;
/** Bounds of latency classes: powers of the square root of 2, from 1 ms to about 3 days. */
const CLASSES = 56;

/** What happened within one interval. */
export interface Interval {
  startMs: number;
  started: number;
  completed: number;
  failed: number;
  cancelled: number;
  /** This engine was running: the numbers are known. */
  isKnown: boolean;
  /** Transactions that changed an instance. */
  steps: number;
  /** Queued tasks at the last look; absent when nobody looked. */
  queued?: number;
  /** From start to completion, by class. */
  latencies: Uint32Array;
}

/** Tasks that wait for a worker. */
export interface QueueDepth {
  queued: number;
  /** The count stopped at its bound: there are at least so many. */
  isBound: boolean;
  /** When the task that waits longest was queued. */
  oldestMs?: number;
  byCapability: { [capability in Capability]: number };
}

export class Pulse {
  readonly #engine: Engine;
  readonly #intervals: Interval[] = [];
  readonly crashes = new CrashWatch();

  readonly #sinceMs: number;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#sinceMs = engine.nowMs();
  }

  /** Observes until the engine closes. */
  start(): void {
    const unobserve = this.#engine.observe((instance) => this.take(instance));
    const timer = setInterval(() => void this.#look(), INTERVAL_MS);
    Deno.unrefTimer(timer);
    this.#engine.closing.addEventListener("abort", () => {
      unobserve();
      clearInterval(timer);
    }, { once: true });
  }

  /** Takes note of one change. */
  take(instance: Instance): void {
    const interval = this.#now();
    interval.steps++;
    if (instance.revision === 1) interval.started++;
    if (instance.endedAtMs === undefined || instance.endedAtMs !== instance.updatedAtMs) return;
    if (instance.status === "completed") {
      interval.completed++;
      interval.latencies[toClass(instance.endedAtMs - instance.createdAtMs)]++;
    } else if (instance.status === "failed") interval.failed++;
    else if (instance.status === "cancelled") interval.cancelled++;
  }

  /** The last hour, oldest first, without gaps, up to now. */
  intervals(): Interval[] {
    const nowStartMs = this.#now().startMs;
    const byStart = new Map(this.#intervals.map((interval) => [interval.startMs, interval]));
    return Array.from({ length: INTERVALS }, (_, index) => {
      const startMs = nowStartMs - (INTERVALS - 1 - index) * INTERVAL_MS;
      return byStart.get(startMs) ?? emptyInterval(startMs, startMs > this.#sinceMs);
    });
  }

  /** Looks how many tasks wait, and keeps the number for the present interval. */
  async queue(): Promise<QueueDepth> {
    const depth = await queueDepth(this.#engine);
    this.#now().queued = depth.queued;
    return depth;
  }

  async #look(): Promise<void> {
    try {
      await this.queue();
      const workers = await this.#engine.workers.list();
      this.crashes.note(this.#engine.pools.of(new Set(workers.map(({ id }) => id))), this.#engine.nowMs());
    } catch {
      // The store is away or closing; the drawing has a gap.
    }
  }

  #now(): Interval {
    const nowMs = this.#engine.nowMs();
    const startMs = nowMs - nowMs % INTERVAL_MS;
    const last = this.#intervals.at(-1);
    if (last !== undefined && last.startMs >= startMs) return last; // also where the clock went back
    const next = emptyInterval(startMs, true);
    this.#intervals.push(next);
    if (this.#intervals.length > INTERVALS) this.#intervals.shift(); // U1
    return next;
  }
}

/** Counts what is queued, up to a bound. */
export async function queueDepth(engine: Engine): Promise<QueueDepth> {
  const depth: QueueDepth = { queued: 0, isBound: false, byCapability: { javascript: 0, wasm: 0 } };
  for (const capability of ["javascript", "wasm"] as const) {
    const pages = await engine.store.transact((txn) =>
      Promise.all(Array.from({ length: SHARDS }, (_, shard) => {
        const { begin, end } = readyRange(shard, capability);
        return txn.range(begin, end, { limit: QUEUED_PER_SHARD_MAX, snapshot: true });
      }))
    );
    for (const pairs of pages) {
      depth.queued += pairs.length;
      depth.byCapability[capability] += pairs.length;
      if (pairs.length === QUEUED_PER_SHARD_MAX) depth.isBound = true;
      if (pairs.length === 0) continue;
      const { readyAtMs } = decodeReadyKey(pairs[0].key);
      depth.oldestMs = Math.min(depth.oldestMs ?? Infinity, readyAtMs);
    }
  }
  return depth;
}

/** The latency below which a share of the completions lies, in ms; undefined where there was none. */
export function latencyAt(share: number, intervals: readonly Interval[]): number | undefined {
  const counts = new Array<number>(CLASSES).fill(0);
  for (const { latencies } of intervals) latencies.forEach((count, index) => counts[index] += count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = share * total;
  for (let index = 0; index < CLASSES; index++) {
    left -= counts[index];
    if (left <= 0) return Math.SQRT2 ** index;
  }
  return Math.SQRT2 ** (CLASSES - 1);
}

function toClass(ms: number): number {
  return Math.min(CLASSES - 1, Math.max(0, Math.ceil(2 * Math.log2(Math.max(1, ms)))));
}

function emptyInterval(startMs: number, isKnown: boolean): Interval {
  return {
    startMs,
    isKnown,
    started: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    steps: 0,
    latencies: new Uint32Array(CLASSES),
  };
}
