/**
 * Finding instances among many, and counting them: reads only, for people who look.
 *
 * - Q1 No request reads more than SCAN_MAX instances or goes on for longer than SCAN_MS: a search that has not found
 *      enough by then says how far it got, and is taken up from there.
 * - Q2 Pages are ordered by creation, newest first, and begin below the last instance seen: what starts meanwhile never
 *      moves a page.
 * - Q3 The counters are changed in the transactions that change the status, so that they are exact at every moment.
 */

import type { Clock } from "../shared/clock.ts";
import type { Instance, InstanceStatus } from "./machine/instance.ts";
import { type ListCursor, newestFirst, STATUSES } from "./instances.ts";
import {
  afterLast,
  decodeIndexKey,
  decodeInstanceCountKey,
  decodeInstanceKey,
  type IndexPlace,
  indexRange,
  instanceCountsRange,
  instanceKey,
  instancePrefixRange,
  type KeyRange,
} from "./keyspace.ts";
import { completeLarge } from "./large_value.ts";
import { readInstance } from "./records.ts";
import { decodeCounter } from "./store/counter_value.ts";
import type { Store, Txn } from "./store/store.ts";

/** Which instances. All given conditions must hold. */
export interface InstanceFilter {
  workflow?: string;
  status?: InstanceStatus;
  /** Created at or after, before: milliseconds since the epoch. */
  fromMs?: number;
  beforeMs?: number;
  /** Stands anywhere in the instance, in any case: id, state, failure, input or context, as JSON text. */
  text?: string;
}

export interface InstancePage {
  instances: Instance[];
  /** Where the next page begins; absent when this one reaches the end. */
  next?: ListCursor;
  /** The search was cut short (Q1): it goes on from `next`. */
  isPartial: boolean;
  /** Instances that were looked at. */
  scanned: number;
}

/** Instances by status. */
export type StatusCounts = { [status in InstanceStatus]: number };

const SCAN_MAX = 50_000;
const SCAN_MS = 300;
/** Index entries of each status read at once while scanning. */
const SCAN_STRIDE = 1_000;
/** Instances of one transaction: far from its age limit, and a turn for others between. */
const SCAN_PER_TXN = 500;
const COUNTERS_PER_READ = 10_000;

export class InstanceSearch {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** One page, from below the cursor (Q2). */
  async page(filter: InstanceFilter, limit: number, cursor?: ListCursor): Promise<InstancePage> {
    const text = filter.text?.trim().toLowerCase() ?? "";
    return text === "" ? await this.#listed(filter, limit, cursor) : await this.#scanned(filter, text, limit, cursor);
  }

  /** Instances whose id begins with a text, by id. */
  async byIdPrefix(idPrefix: string, limit: number): Promise<Instance[]> {
    return await this.#store.transact(async (txn) => {
      const { begin, end } = instancePrefixRange(idPrefix);
      const pairs = await txn.range(begin, end, { limit, snapshot: true });
      return await readAll(txn, pairs.map(({ key }) => decodeInstanceKey(key)));
    });
  }

  /** Numbers by status, over all workflows and for each of them (Q3). */
  async counts(): Promise<{ all: StatusCounts; byWorkflow: Map<string, StatusCounts> }> {
    const all = noCounts();
    const byWorkflow = new Map<string, StatusCounts>();
    const { end } = instanceCountsRange();
    let { begin } = instanceCountsRange();
    for (;;) {
      const limit = COUNTERS_PER_READ;
      const pairs = await this.#store.transact((txn) => txn.range(begin, end, { limit, snapshot: true }));
      for (const { key, value } of pairs) {
        const { status, workflow } = decodeInstanceCountKey(key) as { status: InstanceStatus; workflow: string };
        const count = Number(decodeCounter(value));
        all[status] += count;
        const counts = byWorkflow.get(workflow) ?? noCounts();
        counts[status] += count;
        byWorkflow.set(workflow, counts);
      }
      if (pairs.length < limit) return { all, byWorkflow };
      begin = afterLast(pairs);
    }
  }

  async #listed(filter: InstanceFilter, limit: number, cursor?: ListCursor): Promise<InstancePage> {
    return await this.#store.transact(async (txn) => {
      const places = await newestPlaces(txn, filter, cursor, limit);
      const instances = await readAll(txn, places.slice(0, limit).map(({ instanceId }) => instanceId));
      const more = places.length >= limit;
      return { instances, scanned: instances.length, isPartial: false, ...(more ? { next: places[limit - 1] } : {}) };
    });
  }

  async #scanned(filter: InstanceFilter, text: string, limit: number, cursor?: ListCursor): Promise<InstancePage> {
    const untilMs = this.#clock.nowMs() + SCAN_MS;
    const instances: Instance[] = [];
    let scanned = 0;
    let next = cursor;
    for (;;) {
      const places = await this.#store.transact((txn) => newestPlaces(txn, filter, next, SCAN_STRIDE));
      for (let at = 0; at < places.length; at += SCAN_PER_TXN) {
        const part = places.slice(at, at + SCAN_PER_TXN);
        const found = await this.#store.transact(async (txn) => {
          const hits = await Promise.all(part.map(({ instanceId }) => holds(txn, instanceId, text)));
          const chosen = part.filter((_, index) => hits[index]);
          return { chosen, instances: await readAll(txn, chosen.map(({ instanceId }) => instanceId)) };
        });
        if (instances.length + found.instances.length >= limit) {
          const room = limit - instances.length;
          instances.push(...found.instances.slice(0, room));
          return { instances, scanned: scanned + part.length, next: found.chosen[room - 1], isPartial: false };
        }
        instances.push(...found.instances);
        scanned += part.length;
        next = part[part.length - 1];
        const isLast = places.length < SCAN_STRIDE && at + SCAN_PER_TXN >= places.length;
        if (!isLast && (scanned >= SCAN_MAX || this.#clock.nowMs() >= untilMs)) {
          return { instances, scanned, next, isPartial: true }; // Q1
        }
      }
      if (places.length < SCAN_STRIDE) return { instances, scanned, isPartial: false };
    }
  }
}

/** The newest places below the cursor, over the ranges of all statuses asked for. */
async function newestPlaces(
  txn: Txn,
  filter: InstanceFilter,
  cursor: ListCursor | undefined,
  limit: number,
): Promise<ListCursor[]> {
  const { workflow, status, fromMs, beforeMs } = filter;
  const before = beforeMs === undefined || (cursor !== undefined && cursor.createdAtMs < beforeMs)
    ? cursor
    : { createdAtMs: beforeMs, instanceId: "" };
  const statuses = status === undefined ? STATUSES : [status];
  const lists = await Promise.all(statuses.map(async (status) => {
    const { begin, end }: KeyRange = indexRange({ workflow, status, fromMs }, before);
    return await txn.range(begin, end, { limit, reverse: true, snapshot: true });
  }));
  const places = lists.flat().map(({ key }): Omit<IndexPlace, "status"> => decodeIndexKey(key));
  return places.sort(newestFirst).slice(0, limit);
}

const decoder = new TextDecoder();

async function holds(txn: Txn, instanceId: string, text: string): Promise<boolean> {
  if (instanceId.toLowerCase().includes(text)) return true;
  const key = instanceKey(instanceId);
  const head = await txn.snapshotGet(key);
  if (head === undefined) return false;
  return decoder.decode(await completeLarge(txn, key, head, { snapshot: true })).toLowerCase().includes(text);
}

async function readAll(txn: Txn, instanceIds: readonly string[]): Promise<Instance[]> {
  const found = await Promise.all(instanceIds.map((id) => readInstance(txn, id, { snapshot: true })));
  return found.flatMap((stored) => stored === undefined ? [] : [stored.instance]);
}

function noCounts(): StatusCounts {
  return Object.fromEntries(STATUSES.map((status) => [status, 0])) as StatusCounts;
}
