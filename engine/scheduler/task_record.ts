/**
 * A task as the scheduler keeps it, apart from its instance: what to run, and where it stands.
 *
 * - T1 A task is queued, leased, delayed, limited, paused or finished, never two of these. Exactly then there is,
 *      respectively, an entry in `r`, an entry in `l`, a retry timer in `tm`, an entry in `lq`, or none of them.
 * - T2 A completion counts only with the token of the live lease (T1), once.
 */

import type { Failure } from "../../shared/failure.ts";
import type { RetryPolicy } from "../../shared/retry.ts";
import type { Capability } from "../keyspace.ts";
import { taskKey } from "../keyspace.ts";
import { completeLarge, writeLarge } from "../large_value.ts";
import { cutText } from "../store/slab.ts";
import type { Bytes, Txn } from "../store/store.ts";

/** What does not change while a task lives. */
export interface TaskFacts {
  name: string;
  workflow: string;
  codeHash: string;
  capability: Capability;
  timeoutMs: number;
  /** What differs from the default. */
  retry?: Partial<RetryPolicy>;
  /** In the queue, higher first; absent means 0. */
  priority?: number;
  /** Time before the first attempt. */
  delayMs?: number;
  /** How many attempts of it may be queued or leased at once, and which bound that is. */
  limit?: { max: number; key: string };
}

/** Executions so far, by how they ended; counted apart because they say different things about the code. */
export interface TaskCounts {
  /** Executions begun, the present one included. */
  attempt: number;
  /** Of the code: exceptions, deadlines, limits. */
  failures: number;
  /** Of the isolate that ran it. */
  crashes: number;
  /** Of the worker that held it. */
  losses: number;
  lastFailure?: Failure;
  /** It holds one of its limit's permits. */
  permit?: true;
  /** Its instance is paused. */
  paused?: true;
}

export type TaskPlace =
  | { status: "queued"; readyAtMs: number }
  | { status: "delayed"; retryAtMs: number }
  /** Waits for a permit. */
  | { status: "limited"; readyAtMs: number }
  /** Not handed out while its instance is paused. */
  | { status: "paused"; readyAtMs: number }
  | { status: "leased"; token: string; workerId: string; grantedAtMs: number; expiresAtMs: number };

export type UnfinishedTask = TaskFacts & TaskCounts & TaskPlace;
/** Kept so that a repeated completion gets the same answer. */
export interface FinishedTask {
  status: "finished";
  token: string;
}
export type TaskRecord = UnfinishedTask | FinishedTask;

/** Index of a lease by worker: what a sweep needs. */
export interface LeaseRecord {
  token: string;
  grantedAtMs: number;
  expiresAtMs: number;
}

/** A task as read within a transaction, with its input as JSON text, and the head that writing it again replaces. */
export interface StoredTask<Record extends TaskRecord = UnfinishedTask> {
  record: Record;
  inputJson: string;
  head: Bytes | undefined;
}

const decoder = new TextDecoder();

/**
 * Reads a task. Encoded as the record's JSON, a line feed, and the input's JSON as it is, so that the scheduler never
 * parses an input; JSON text made by us has no raw line feed.
 */
export async function readTask(
  txn: Txn,
  instanceId: string,
  taskId: string,
): Promise<StoredTask<TaskRecord> | undefined> {
  const key = taskKey(instanceId, taskId);
  const head = await txn.get(key);
  if (head === undefined) return undefined;
  const text = decoder.decode(await completeLarge(txn, key, head));
  const end = text.indexOf("\n");
  return { record: JSON.parse(text.slice(0, end)) as TaskRecord, inputJson: text.slice(end + 1), head };
}

/** The task unless it is finished or gone. */
export async function readUnfinishedTask(
  txn: Txn,
  instanceId: string,
  taskId: string,
): Promise<StoredTask | undefined> {
  const task = await readTask(txn, instanceId, taskId);
  return task === undefined || task.record.status === "finished" ? undefined : task as StoredTask;
}

export function writeTask(txn: Txn, instanceId: string, taskId: string, task: StoredTask<TaskRecord>): void {
  const bytes = cutText(`${JSON.stringify(task.record)}\n${task.inputJson}`);
  writeLarge(txn, taskKey(instanceId, taskId), bytes, task.head);
}
