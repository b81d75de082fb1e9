/** Writing what the machine decided: instance, history, indexes, tasks and timers, in one transaction. */

import type { HistoryEntry } from "../machine/history.ts";
import type { Command, MachineResult } from "../machine/input.ts";
import type { Instance } from "../machine/instance.ts";
import {
  EMPTY,
  type IndexPlace,
  instanceCountKey,
  statusIndexKey,
  taskKey,
  timerKey,
  workflowIndexKey,
} from "../keyspace.ts";
import { clearLarge } from "../large_value.ts";
import type { LoadedDefinition } from "../definitions.ts";
import { type StoredInstance, writeHistory, writeInstance } from "../records.ts";
import type { Txn } from "../store/store.ts";
import type { Effects } from "./effects.ts";
import { clearPlace } from "./grant.ts";
import { leave } from "./admission.ts";
import { post } from "./outbox.ts";
import { wakeSchedule } from "./schedule_timer.ts";
import { pauseTask, placeNew, releasePermit, resumeTask } from "./placing.ts";
import { readUnfinishedTask } from "./task_record.ts";
import { inTurn } from "./turns.ts";

/** An accepted result of the machine. */
export type Accepted = Extract<MachineResult, { kind: "accepted" }>;
type ScheduleCommand = Extract<Command, { kind: "scheduleTask" }>;

export interface Application {
  readonly txn: Txn;
  readonly effects: Effects;
  readonly nowMs: number;
  readonly newToken: () => string;
}

/** Writes an accepted result. `before` is absent for a start. */
export async function apply(
  application: Application,
  before: StoredInstance | undefined,
  accepted: Accepted,
  loaded: LoadedDefinition,
): Promise<void> {
  const { txn } = application;
  const { instance, entries, commands } = accepted;
  writeRecord(application, before, instance, entries);
  const hasChanged = before?.instance.status !== instance.status;
  if (hasChanged) {
    if (before !== undefined) clearIndexes(txn, before.instance);
    writeIndexes(txn, instance);
  }
  // A retry may fail again in its very step: it had a permit all the same.
  const isRetried = entries[0].kind === "retried";
  if (instance.status !== "running" && (hasChanged || isRetried)) {
    if (instance.limitKey !== undefined) await leave(application, before?.instance ?? instance);
    if (instance.schedule !== undefined) wakeSchedule(application, instance.schedule);
  }
  for (const command of byPriority(commands, loaded)) await carryOut(application, instance.id, command, loaded);
}

/**
 * The same commands, but that of the tasks which begin together the more urgent come first: the first to be carried out
 * get the places that are free.
 */
function byPriority(commands: readonly Command[], loaded: LoadedDefinition): readonly Command[] {
  const priorityOf = (command: ScheduleCommand) => loaded.facts(command.task).priority ?? 0;
  const tasks = commands.filter((command) => command.kind === "scheduleTask");
  if (tasks.length < 2 || new Set(tasks.map(priorityOf)).size === 1) return commands;
  tasks.sort((a, b) => priorityOf(b) - priorityOf(a));
  return commands.map((command) => command.kind === "scheduleTask" ? tasks.shift()! : command);
}

/** Writes the instance and one history record, as of the instance's revision. */
export function writeRecord(
  { txn, effects, nowMs }: Application,
  before: StoredInstance | undefined,
  instance: Instance,
  entries: readonly HistoryEntry[],
): void {
  writeInstance(txn, instance, before?.head);
  const record = { sequence: instance.revision, atMs: nowMs, entries };
  writeHistory(txn, instance.id, record);
  effects.recorded(txn, instance, record);
}

async function carryOut(
  application: Application,
  instanceId: string,
  command: Command,
  loaded: LoadedDefinition,
): Promise<void> {
  const { txn, effects } = application;
  switch (command.kind) {
    case "scheduleTask": {
      const facts = loaded.facts(command.task);
      const { limitKey } = command;
      await placeNew(application, {
        instanceId,
        taskId: command.taskId,
        facts: limitKey === undefined ? facts : { ...facts, limit: { max: facts.limit!.max, key: limitKey } },
        counts: { attempt: 0, failures: 0, crashes: 0, losses: 0 },
        inputJson: JSON.stringify(command.input),
        traceparent: effects.trace?.contextOf(instanceId),
      });
      break;
    }
    case "cancelTask":
      await cancelTask(application, instanceId, command.taskId);
      break;
    case "setTimer":
      txn.set(timerKey({ ...command, instanceId }), EMPTY);
      effects.timerSet(command.fireAtMs);
      break;
    case "clearTimer":
      txn.clear(timerKey({ ...command, instanceId }));
      break;
    case "pauseTasks":
      for (const taskId of command.taskIds) await pauseTask(application, { instanceId, taskId });
      break;
    case "resumeTasks":
      for (const taskId of command.taskIds) await resumeTask(application, { instanceId, taskId });
      break;
    case "message": {
      const { kind: _kind, number, ...message } = command;
      post(application, instanceId, number, message);
    }
  }
}

async function cancelTask(application: Application, instanceId: string, taskId: string): Promise<void> {
  const { txn, effects } = application;
  let task = await readUnfinishedTask(txn, instanceId, taskId);
  // One that waits for a permit may be given it by another step of this transaction: looked at again in its turn.
  if (task?.record.status === "limited") {
    task = await inTurn(txn, async () => {
      const now = await readUnfinishedTask(txn, instanceId, taskId);
      if (now?.record.status === "limited") clearPlace(txn, { instanceId, taskId }, now.record);
      return now;
    });
  }
  if (task === undefined) return;
  const { record, head } = task;
  clearPlace(txn, { instanceId, taskId }, record);
  clearLarge(txn, taskKey(instanceId, taskId), head);
  if (record.status === "leased") effects.stop(record.workerId, { instanceId, taskId, token: record.token });
  if (record.permit) await releasePermit(application, record);
}

function writeIndexes(txn: Txn, instance: Instance): void {
  txn.set(statusIndexKey(toPlace(instance)), EMPTY);
  txn.set(workflowIndexKey(instance.workflow, toPlace(instance)), EMPTY);
  txn.add(instanceCountKey(instance.status, instance.workflow), 1n);
}

/** Takes an instance off the indexes and counts. */
export function clearIndexes(txn: Txn, instance: Instance): void {
  txn.clear(statusIndexKey(toPlace(instance)));
  txn.clear(workflowIndexKey(instance.workflow, toPlace(instance)));
  txn.add(instanceCountKey(instance.status, instance.workflow), -1n);
}

function toPlace({ status, createdAtMs, id }: Instance): IndexPlace {
  return { status, createdAtMs, instanceId: id };
}
