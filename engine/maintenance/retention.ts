/**
 * Finished instances and their histories expire.
 *
 * - N1 Only what has ended, and for longer than the policy says, is deleted: looked at again in the transaction that
 *      deletes it, so that a failed instance that was retried meanwhile stays.
 * - N2 What is exported is exported before it is deleted. A crash in between exports it again: lines are repeated, never
 *      missing.
 * - N3 Bounded work: a page of the index at a time, one transaction per instance, so many of them at once.
 */

import { decodeIndexKey, historyRange, indexRange, instanceKey } from "../keyspace.ts";
import { appliedRange, type KeyRange, messagesRange, tasksRange, undeliveredRange } from "../keyspace.ts";
import { chunksRange, clearLarge, completeLarge } from "../large_value.ts";
import type { HistoryRecord } from "../machine/history.ts";
import type { Instance, InstanceStatus } from "../machine/instance.ts";
import { afterLast, decodeJson } from "../keyspace.ts";
import { readInstance } from "../records.ts";
import { clearIndexes } from "../scheduler/application.ts";
import type { Store } from "../store/store.ts";

/** Index entries read at a time, and instances deleted at once. */
const PAGE_ROWS = 64;
const HISTORY_ROWS = 100;

const ENDS: readonly InstanceStatus[] = ["completed", "failed", "cancelled"];

export interface RetentionOptions {
  /** Instances that ended longer ago than this are deleted. */
  retainMs: number;
  /** Receives JSON lines, and resolves once they are safe: see {@link exportLines}. Absent: nothing is exported. */
  exportTo?: (lines: readonly string[]) => Promise<void>;
  /** Ends the pass early. */
  signal?: AbortSignal;
}

/** One pass over everything that may have expired. The number of instances deleted. */
export async function expireInstances(
  store: Store,
  options: RetentionOptions & { nowMs: number },
): Promise<number> {
  const beforeMs = options.nowMs - options.retainMs;
  let deleted = 0;
  for (const status of ENDS) {
    // What was created later has not ended before.
    const { begin, end } = indexRange({ status }, { createdAtMs: beforeMs + 1, instanceId: "" });
    let from = begin;
    for (;;) {
      if (options.signal?.aborted) return deleted;
      const pairs = await store.transact((txn) => txn.range(from, end, { limit: PAGE_ROWS, snapshot: true }));
      const ids = pairs.map(({ key }) => decodeIndexKey(key).instanceId);
      const outcomes = await Promise.all(ids.map((id) => expireOne(store, id, { ...options, beforeMs })));
      deleted += outcomes.filter(Boolean).length;
      if (pairs.length < PAGE_ROWS) break;
      from = afterLast(pairs);
    }
  }
  return deleted;
}

async function expireOne(
  store: Store,
  instanceId: string,
  { beforeMs, exportTo }: RetentionOptions & { beforeMs: number },
): Promise<boolean> {
  const seen = await store.transact((txn) => readInstance(txn, instanceId, { snapshot: true }));
  if (seen === undefined || !hasExpired(seen.instance, beforeMs)) return false;
  if (exportTo !== undefined) {
    for await (const lines of exportLines(store, seen.instance)) await exportTo(lines); // N2
  }
  return await store.transact(async (txn) => {
    const stored = await readInstance(txn, instanceId);
    // N1. The revision tells whether what was exported is what is deleted.
    if (stored === undefined || stored.instance.revision !== seen.instance.revision) return false;
    // What it had to tell others is on its way still, for example its end to its parent.
    const messages = messagesRange(instanceId);
    if ((await txn.range(messages.begin, messages.end, { limit: 1 })).length > 0) return false;
    clearLarge(txn, instanceKey(instanceId), stored.head);
    clearIndexes(txn, stored.instance);
    for (
      const range of [historyRange, tasksRange, appliedRange, undeliveredRange].map((rangeOf) => rangeOf(instanceId))
    ) {
      clear(range);
      clear(chunksRange(range));
    }
    return true;

    function clear({ begin, end }: KeyRange): void {
      txn.clearRange(begin, end);
    }
  });
}

/**
 * An instance as JSON lines: `{"instance": ...}`, and `{"instanceId", "record"}` for each record of its history, some
 * lines at a time.
 */
export async function* exportLines(store: Store, instance: Instance): AsyncGenerator<string[]> {
  yield [JSON.stringify({ instance })];
  const { begin, end } = historyRange(instance.id);
  for (let from = begin;;) {
    const { pairs, records } = await store.transact(async (txn) => {
      const pairs = await txn.range(from, end, { limit: HISTORY_ROWS, snapshot: true });
      const wholes = await Promise.all(
        pairs.map(({ key, value }) => completeLarge(txn, key, value, { snapshot: true })),
      );
      return { pairs, records: wholes.map((whole) => decodeJson<HistoryRecord>(whole)) };
    });
    yield records.map((record) => JSON.stringify({ instanceId: instance.id, record }));
    if (pairs.length < HISTORY_ROWS) return;
    from = afterLast(pairs);
  }
}

function hasExpired({ status, endedAtMs }: Instance, beforeMs: number): boolean {
  return status !== "running" && endedAtMs !== undefined && endedAtMs <= beforeMs;
}
