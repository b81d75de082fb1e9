/** What an instance waits for, and why it is not done yet: for people and programs. */

import { describeState } from "../shared/definition/steps/author_place.ts";
import type { Failure } from "../shared/failure.ts";
import { explain as explainMachine, type Wait } from "./machine/machine.ts";
import type { Capability } from "./keyspace.ts";
import { readInstance } from "./records.ts";
import type { Scheduler } from "./scheduler/scheduler.ts";
import { readUnfinishedTask, type UnfinishedTask } from "./scheduler/task_record.ts";
import { readUndelivered, type Undelivered } from "./scheduler/undelivered.ts";
import type { WorkerRecord, WorkerRegistry } from "./scheduler/worker_registry.ts";
import { unknownInstance } from "./instances.ts";

/** A wait, with what the scheduler knows of a task. */
export type ExplainedWait = Exclude<Wait, { kind: "task" }> | TaskWait;

export interface TaskWait {
  kind: "task";
  taskId: string;
  name: string;
  status: UnfinishedTask["status"];
  attempt: number;
  /** Of a map's item, from 0. */
  index?: number;
  workerId?: string;
  retryAtMs?: number;
  lastFailure?: Failure;
  /** Why nothing runs it. */
  reason?: string;
}

export interface Explanation {
  summary: string;
  waits: ExplainedWait[];
  /** Messages that it sent, or that a child was to tell it, and that were given up. */
  undelivered: Undelivered[];
}

/** @throws DegovError NOT_FOUND */
export async function explain(
  scheduler: Scheduler,
  registry: WorkerRegistry,
  instanceId: string,
): Promise<Explanation> {
  const workers = await registry.list();
  return await scheduler.transact(async (run) => {
    const stored = await readInstance(run.txn, instanceId);
    if (stored === undefined) throw unknownInstance(instanceId);
    const { instance } = stored;
    const { record } = await run.definitions.pinned(run.txn, instance);
    const waits: ExplainedWait[] = [];
    for (const wait of explainMachine(record.definition, instance)) {
      if (wait.kind !== "task") waits.push(wait);
      else {
        const task = await readUnfinishedTask(run.txn, instanceId, wait.taskId);
        if (task !== undefined) waits.push({ ...toTaskWait(wait.taskId, task.record, workers), ...indexOf(wait) });
      }
    }
    const undelivered = await readUndelivered(run.txn, instanceId);
    for (const wait of waits) {
      if (wait.kind !== "child") continue;
      undelivered.push(...(await readUndelivered(run.txn, wait.instanceId)).filter(({ about }) => about === "end"));
    }
    const state = instance.status === "running"
      ? `Instance "${instanceId}" of "${instance.workflow}" is in ${
        describeState(record.definition, instance.state)
      }. ${waits.map(describe).join(" ")}`
      : `Instance "${instanceId}" of "${instance.workflow}" is ${instance.status} and waits for nothing.${
        instance.failure === undefined ? "" : ` ${instance.failure.code}: ${instance.failure.message}`
      }`;
    return { summary: [state, ...undelivered.map(describeUndelivered)].join(" "), waits, undelivered };
  });
}

function indexOf({ index }: { readonly index?: number }): { index?: number } {
  return index === undefined ? {} : { index };
}

function toTaskWait(taskId: string, task: UnfinishedTask, workers: readonly WorkerRecord[]): TaskWait {
  const reason = task.status === "queued" ? whyQueued(task.capability, workers) : undefined;
  return {
    kind: "task",
    taskId,
    name: task.name,
    status: task.status,
    attempt: task.attempt,
    ...(task.status === "leased" ? { workerId: task.workerId } : {}),
    ...(task.status === "delayed" ? { retryAtMs: task.retryAtMs } : {}),
    ...(task.lastFailure === undefined ? {} : { lastFailure: task.lastFailure }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function whyQueued(capability: Capability, workers: readonly WorkerRecord[]): string {
  if (workers.length === 0) return "no worker is registered; start one with `deno task worker`";
  if (!workers.some((worker) => worker.capabilities.includes(capability))) {
    return `none of the ${workers.length} registered workers runs ${capability}`;
  }
  return "every worker that could run it is busy";
}

function describe(wait: ExplainedWait): string {
  switch (wait.kind) {
    case "task":
      return describeTask(wait);
    case "timer":
      return wait.isTimeout
        ? `It is given up at ${toIso(wait.fireAtMs)}.`
        : `At ${toIso(wait.fireAtMs)} it ${leadsTo(wait.targets, { verb: "goes", none: "fails" })}${
          wait.isGuarded ? ", if a guard holds" : ""
        }.`;
    case "event":
      return `The event "${wait.name}" ${leadsTo(wait.targets, { verb: "leads", none: "fails it" })}${
        wait.isGuarded ? ", if a guard holds" : ""
      }.`;
    case "child":
      return `Instance "${wait.instanceId}" of "${wait.workflow}", which it started, has not ended.`;
    case "map":
      return `Of the ${wait.total} items of map "${wait.name}", ${wait.done} are done and ${
        wait.begun - wait.done
      } have begun.`;
    case "resume":
      return "It is paused, and goes on when it is resumed.";
    case "admission":
      return `As many instances of its workflow${
        wait.limitKey === "" ? "" : ` and the key "${wait.limitKey}"`
      } run as may.`;
    case "decision":
      return `A worker decides on a transition for "${wait.event}".`;
    case "compensation":
      return `State "${wait.state}" is undone, then ${wait.left} more; then it ends as ${wait.end}.`;
    case "transition":
      return `It is on its way from "${wait.from}" to "${wait.to}", because of "${wait.event}".`;
  }
}

function describeUndelivered({ from, what, message, givenUpAtMs }: Undelivered): string {
  return `Instance "${from}" was to ${what}, which was given up at ${toIso(givenUpAtMs)}: ${message}.`;
}

function describeTask(wait: TaskWait): string {
  const last = wait.lastFailure === undefined
    ? ""
    : ` Its last attempt failed with ${wait.lastFailure.code}: ${wait.lastFailure.message}.`;
  switch (wait.status) {
    case "queued":
      return `Task "${wait.name}" is queued: ${wait.reason}.${last}`;
    case "delayed":
      return `Task "${wait.name}" ${last === "" ? "begins" : "is tried again"} at ${toIso(wait.retryAtMs!)}.${last}`;
    case "limited":
      return `Task "${wait.name}" waits: as many of its kind run as may.${last}`;
    case "paused":
      return `Task "${wait.name}" waits until the instance is resumed.${last}`;
    case "leased":
      return `Task "${wait.name}" runs on worker "${wait.workerId}" (attempt ${wait.attempt}).${last}`;
  }
}

function leadsTo(targets: readonly string[], { verb, none }: { verb: string; none: string }): string {
  return targets.length === 0 ? none : `${verb} to ${quoted(targets)}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" or ");
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
