/**
 * Where a task goes next, with the features that few tasks use: limits, delays and paused instances.
 *
 * - P1 A task with a limit is queued or leased only while it holds one of the limit's permits, and there are never more of
 *      these than the limit says. Who gives a permit back hands it to the task that waits first.
 * - P2 While a task waits for a permit, every permit is taken.
 * - P3 A task of a paused instance is neither queued nor leased anew.
 */

import { assert } from "../../shared/errors.ts";
import { decodePermitQueueKey, EMPTY, permitQueueKey, permitQueueRange, permitsKey } from "../keyspace.ts";
import type { Txn } from "../store/store.ts";
import type { Traced } from "../signals/txn_trace.ts";
import type { Effects } from "./effects.ts";
import { clearPlace, delay, leaseOrQueue, type TaskBody, type TaskName, toLimit, toTaskBody, traced } from "./grant.ts";
import { readPermitCount, writePermitCount } from "./permit_count.ts";
import { inTurn } from "./turns.ts";
import { readUnfinishedTask, type TaskPlace, type UnfinishedTask, writeTask } from "./task_record.ts";

interface Placing {
  readonly txn: Txn;
  readonly effects: Effects;
  readonly nowMs: number;
  readonly newToken: () => string;
}

/** Puts a task where it belongs that may run now. */
export function place(placing: Placing, task: TaskName & TaskBody): Promise<void> | undefined {
  const { facts: { limit }, counts: { paused } } = task;
  if (limit === undefined && !paused) {
    leaseOrQueue(placing.txn, placing.effects, { ...placing, ...task });
    return undefined;
  }
  return inTurn(placing.txn, () => placeRare(placing, task));
}

/** Puts a task that is new where it belongs. */
export function placeNew(placing: Placing, task: TaskName & TaskBody): Promise<void> | undefined {
  const { delayMs } = task.facts;
  if (delayMs === undefined) return place(placing, task);
  delay(placing.txn, placing.effects, { ...task, retryAtMs: placing.nowMs + delayMs });
}

/** Puts a task aside until its next attempt is due; meanwhile it holds no permit. */
export async function placeLater(placing: Placing, task: TaskName & TaskBody, retryAtMs: number): Promise<void> {
  const body = await inTurn(placing.txn, () => withoutPermit(placing, task));
  if (body.counts.paused) write(placing.txn, body, { status: "paused", readyAtMs: retryAtMs });
  else delay(placing.txn, placing.effects, { ...body, retryAtMs });
}

/** Gives back the permit of a task that leaves its place for good, if it holds one (P1). */
export async function releasePermit(placing: Placing, record: UnfinishedTask): Promise<void> {
  if (record.permit) await inTurn(placing.txn, () => giveBack(placing, record));
}

/** In its turn. */
async function giveBack(placing: Placing, record: UnfinishedTask): Promise<void> {
  const { txn } = placing;
  const limit = toLimit(record);
  const { begin, end } = permitQueueRange(limit);
  const [first] = await txn.range(begin, end, { limit: 1 });
  if (first === undefined) {
    const taken = await readPermitCount(txn, permitsKey(limit));
    assert(taken > 0, `a permit of task "${record.name}" is given back once`);
    writePermitCount(txn, permitsKey(limit), taken - 1);
    return;
  }
  const name = decodePermitQueueKey(first.key);
  const next = await readUnfinishedTask(txn, name.instanceId, name.taskId);
  assert(next?.record.status === "limited", `task ${name.taskId} waits for a permit`);
  clearPlace(txn, name, next.record);
  const body = toTaskBody(next);
  leaseOrQueue(txn, placing.effects, { ...placing, ...name, ...body, counts: { ...body.counts, permit: true } });
}

/** Takes tasks from their queues while their instance is paused (P3). Those that are leased go on. */
export async function pauseTask(placing: Placing, name: TaskName): Promise<void> {
  const task = await readUnfinishedTask(placing.txn, name.instanceId, name.taskId);
  if (task === undefined) return;
  const { record } = task;
  const { txn } = placing;
  const body = { ...name, ...toTaskBody(task) };
  const paused = { ...body, counts: { ...body.counts, paused: true as const } };
  if (record.status === "leased") {
    const { token, workerId, grantedAtMs, expiresAtMs } = record;
    return write(txn, paused, { status: "leased", token, workerId, grantedAtMs, expiresAtMs });
  }
  clearPlace(txn, name, record);
  const readyAtMs = record.status === "delayed" ? record.retryAtMs : record.readyAtMs;
  write(txn, await inTurn(txn, () => withoutPermit(placing, paused)), { status: "paused", readyAtMs });
}

/** Puts a task back whose instance goes on. */
export async function resumeTask(placing: Placing, name: TaskName): Promise<void> {
  const task = await readUnfinishedTask(placing.txn, name.instanceId, name.taskId);
  if (task === undefined) return;
  const { record } = task;
  const body = { ...name, ...toTaskBody(task) };
  const resumed = { ...body, counts: { ...body.counts, paused: undefined } };
  if (record.status === "leased") {
    const { token, workerId, grantedAtMs, expiresAtMs } = record;
    return write(placing.txn, resumed, { status: "leased", token, workerId, grantedAtMs, expiresAtMs });
  }
  assert(record.status === "paused", `task ${name.taskId} of a paused instance is paused or leased`);
  if (record.readyAtMs <= placing.nowMs) await place(placing, resumed);
  else delay(placing.txn, placing.effects, { ...resumed, retryAtMs: record.readyAtMs });
}

/** In its turn. */
async function placeRare(placing: Placing, task: TaskName & TaskBody): Promise<void> {
  const { txn, effects, nowMs } = placing;
  const { facts, counts } = task;
  if (counts.paused) {
    return write(txn, await withoutPermit(placing, task), { status: "paused", readyAtMs: nowMs });
  }
  if (counts.permit) return leaseOrQueue(txn, effects, { ...placing, ...task });
  const limit = toLimit(facts);
  const taken = await readPermitCount(txn, permitsKey(limit));
  if (taken < facts.limit!.max) {
    writePermitCount(txn, permitsKey(limit), taken + 1);
    return leaseOrQueue(txn, effects, { ...placing, ...task, counts: { ...counts, permit: true } });
  }
  write(txn, task, { status: "limited", readyAtMs: nowMs });
  const { instanceId, taskId } = task;
  txn.set(permitQueueKey(limit, { readyAtMs: nowMs, priority: facts.priority, instanceId, taskId }), EMPTY);
}

/** In its turn. */
async function withoutPermit<Task extends TaskBody>(placing: Placing, task: Task): Promise<Task> {
  if (!task.counts.permit) return task;
  await giveBack(placing, { ...task.facts, ...task.counts, status: "paused", readyAtMs: 0 });
  return { ...task, counts: { ...task.counts, permit: undefined } };
}

function write(txn: Txn, task: TaskName & TaskBody, at: TaskPlace): void {
  const { instanceId, taskId, facts, counts, inputJson, head } = task;
  const record: UnfinishedTask & Traced = { ...facts, ...counts, ...at, ...traced(task) };
  writeTask(txn, instanceId, taskId, { record, inputJson, head });
}
