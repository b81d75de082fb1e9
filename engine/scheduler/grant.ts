/** Moving a task from place to place within a transaction (T1). */

import {
  EMPTY,
  encodeJson,
  leaseKey,
  permitQueueKey,
  readyKey,
  shardOf,
  type TaskLimit,
  timerKey,
  wakeKey,
} from "../keyspace.ts";
import type { Bytes, Txn } from "../store/store.ts";
import type { Traced } from "../signals/txn_trace.ts";
import type { Effects } from "./effects.ts";
import type { HandOut, Offer } from "./dispatcher.ts";
import {
  type LeaseRecord,
  type StoredTask,
  type TaskCounts,
  type TaskFacts,
  type UnfinishedTask,
  writeTask,
} from "./task_record.ts";

/**
 * How long after its time limit an attempt's lease still counts, for queueing at the worker and the way back. The worker
 * enforces the limit itself; this is for a worker that is alive but has lost track.
 */
const LEASE_GRACE_MS = 60_000;

/** A timer of the scheduler's own: ends a task's delay. The machine's timers never begin so. */
const RETRY_TIMER_PREFIX = "retry:";

export interface TaskName {
  instanceId: string;
  taskId: string;
}

/** What is known of a task apart from its place. */
export interface TaskBody extends Traced {
  facts: TaskFacts;
  counts: TaskCounts;
  inputJson: string;
  /** Of the record that is replaced. */
  head?: Bytes;
}

export function toTaskBody({ record, inputJson, head }: StoredTask): TaskBody {
  const { name, workflow, codeHash, capability, timeoutMs, retry, priority, delayMs, limit } = record;
  const { attempt, failures, crashes, losses, lastFailure, permit, paused } = record;
  return {
    facts: { name, workflow, codeHash, capability, timeoutMs, retry, priority, delayMs, limit },
    counts: { attempt, failures, crashes, losses, lastFailure, permit, paused },
    inputJson,
    head,
    ...traced(record as Traced),
  };
}

/** Leases the task for its next attempt to the worker of the offer. */
export function lease(txn: Txn, effects: Effects, task: TaskName & TaskBody & { offer: Offer; nowMs: number }): void {
  const { instanceId, taskId, facts, counts, inputJson, head, offer, nowMs } = task;
  const attempt = counts.attempt + 1;
  const lease: LeaseRecord = {
    token: offer.token,
    grantedAtMs: nowMs,
    expiresAtMs: nowMs + facts.timeoutMs + LEASE_GRACE_MS,
  };
  const record: UnfinishedTask & Traced = {
    ...facts,
    ...counts,
    attempt,
    status: "leased",
    workerId: offer.workerId,
    ...lease,
    ...traced(task),
  };
  writeTask(txn, instanceId, taskId, { record, inputJson, head });
  txn.set(leaseKey(offer.workerId, instanceId, taskId), encodeJson(lease));
  const handOut: HandOut = {
    instanceId,
    taskId,
    attempt,
    token: offer.token,
    workflow: facts.workflow,
    name: facts.name,
    codeHash: facts.codeHash,
    inputJson,
    timeoutMs: facts.timeoutMs,
  };
  const traceparent = effects.trace?.handedOut({ ...task, ...handOut, workerId: offer.workerId });
  if (traceparent !== undefined) handOut.traceparent = traceparent;
  effects.send(offer, handOut);
}

/** Queues the task for whichever worker comes. */
export function queue(txn: Txn, effects: Effects, task: TaskName & TaskBody & { nowMs: number }): void {
  const { instanceId, taskId, facts, counts, inputJson, head, nowMs } = task;
  const record: UnfinishedTask & Traced = { ...facts, ...counts, status: "queued", readyAtMs: nowMs, ...traced(task) };
  writeTask(txn, instanceId, taskId, { record, inputJson, head });
  const { capability, priority } = facts;
  txn.set(readyKey({ capability, priority, readyAtMs: nowMs, instanceId, taskId }), EMPTY);
  const shard = shardOf(instanceId);
  if (effects.hasPeers) txn.add(wakeKey(shard), 1n); // without a conflict, and nothing for an engine that is alone
  effects.queued(facts.capability, shard);
}

/** Hands the task out at once if a worker is listening and nothing waits before it, and queues it otherwise. */
export function leaseOrQueue(
  txn: Txn,
  effects: Effects,
  task: TaskName & TaskBody & { nowMs: number; newToken: () => string },
): void {
  const offer = effects.offerNew(task.facts.capability, task.newToken());
  if (offer === undefined) queue(txn, effects, task);
  else lease(txn, effects, { ...task, offer });
}

/** Puts the task aside until its retry is due. */
export function delay(txn: Txn, effects: Effects, task: TaskName & TaskBody & { retryAtMs: number }): void {
  const { instanceId, taskId, facts, counts, inputJson, head, retryAtMs } = task;
  const record: UnfinishedTask & Traced = { ...facts, ...counts, status: "delayed", retryAtMs, ...traced(task) };
  writeTask(txn, instanceId, taskId, { record, inputJson, head });
  txn.set(timerKey({ fireAtMs: retryAtMs, instanceId, timerId: retryTimerId(taskId) }), EMPTY);
  effects.timerSet(retryAtMs);
}

/** Clears the one entry outside its record that a task has in its present place (T1). */
export function clearPlace(txn: Txn, { instanceId, taskId }: TaskName, record: UnfinishedTask): void {
  switch (record.status) {
    case "queued":
      txn.clear(readyKey({ ...record, instanceId, taskId }));
      break;
    case "limited":
      txn.clear(permitQueueKey(toLimit(record), { ...record, instanceId, taskId }));
      break;
    case "paused":
      break;
    case "leased":
      txn.clear(leaseKey(record.workerId, instanceId, taskId));
      break;
    case "delayed":
      txn.clear(timerKey({ fireAtMs: record.retryAtMs, instanceId, timerId: retryTimerId(taskId) }));
      break;
  }
}

/** Nothing, where nothing is traced. */
export function traced({ traceparent }: Traced): Traced {
  return traceparent === undefined ? {} : { traceparent };
}

/** The bound that a task counts towards; only of a task that has one. */
export function toLimit({ workflow, name, limit }: TaskFacts): TaskLimit {
  return { workflow, name, key: limit!.key };
}

export function retryTimerId(taskId: string): string {
  return `${RETRY_TIMER_PREFIX}${taskId}`;
}

/** The task whose delay the timer ends, or undefined for a timer of the machine. */
export function retriedTaskId(timerId: string): string | undefined {
  return timerId.startsWith(RETRY_TIMER_PREFIX) ? timerId.slice(RETRY_TIMER_PREFIX.length) : undefined;
}
