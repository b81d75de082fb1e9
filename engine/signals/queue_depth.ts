/** What waits in the store, for metrics: counted up to a bound, so that a million queued tasks cost no more than some. */

import {
  type Capability,
  decodeJson,
  decodeReadyKey,
  decodeTimerKey,
  leasesRange,
  readyRange,
  SHARDS,
  timersRange,
  undeliveredRange,
} from "../keyspace.ts";
import type { LeaseRecord } from "../scheduler/task_record.ts";
import type { Store } from "../store/store.ts";

/** Counted in each shard at most; the true number may be higher. */
export const COUNTED_PER_SHARD_MAX = 1_000;
const LEASES_READ_MAX = 10_000;

export interface Depth {
  count: number;
  /** Of the oldest, in ms; 0 when there is none. */
  oldestMs: number;
}

/** Queued tasks of a capability: how many, and how long the oldest has waited. */
export async function queuedTasks(store: Store, capability: Capability, nowMs: number): Promise<Depth> {
  const depths = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => {
      const { begin, end } = readyRange(shard, capability);
      return readDepth(store, begin, end, (key) => nowMs - decodeReadyKey(key).readyAtMs);
    }),
  );
  return {
    count: depths.reduce((sum, { count }) => sum + count, 0),
    oldestMs: Math.max(0, ...depths.map(({ oldestMs }) => oldestMs)),
  };
}

/** How late the earliest timer that has not fired is, in ms; 0 when none is due. */
export async function timerLatenessMs(store: Store, nowMs: number): Promise<number> {
  const late = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => {
      const { begin, end } = timersRange(shard);
      const [first] = await store.transact((txn) => txn.range(begin, end, { limit: 1, snapshot: true }));
      return first === undefined ? 0 : nowMs - decodeTimerKey(first.key).fireAtMs;
    }),
  );
  return Math.max(0, ...late);
}

/** Live leases: how many, and the age of the oldest. */
export async function liveLeases(store: Store, nowMs: number): Promise<Depth> {
  const { begin, end } = leasesRange();
  const pairs = await store.transact((txn) => txn.range(begin, end, { limit: LEASES_READ_MAX, snapshot: true }));
  const ages = pairs.map(({ value }) => nowMs - decodeJson<LeaseRecord>(value).grantedAtMs);
  return { count: pairs.length, oldestMs: ages.reduce((oldest, age) => Math.max(oldest, age), 0) };
}

/** Messages between instances that were given up. */
export async function undeliveredMessages(store: Store): Promise<number> {
  const { begin, end } = undeliveredRange();
  const limit = COUNTED_PER_SHARD_MAX;
  return (await store.transact((txn) => txn.range(begin, end, { limit, snapshot: true }))).length;
}

async function readDepth(
  store: Store,
  begin: Uint8Array,
  end: Uint8Array,
  ageOf: (key: Uint8Array) => number,
): Promise<Depth> {
  const limit = COUNTED_PER_SHARD_MAX;
  const pairs = await store.transact((txn) => txn.range(begin, end, { limit, snapshot: true }));
  return { count: pairs.length, oldestMs: pairs.length === 0 ? 0 : ageOf(pairs[0].key) };
}
