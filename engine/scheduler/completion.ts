/**
 * How an attempt's end is taken in: exactly once, by the token of its live lease (T2).
 */

import { assert } from "../../shared/errors.ts";
import type { Failure } from "../../shared/failure.ts";
import type { JsonValue } from "../../shared/json.ts";
import { CRASHES_PER_TASK_MAX, LOSSES_PER_TASK_MAX } from "../../shared/limits.ts";
import type { Random } from "../../shared/random.ts";
import { backoffMs, RETRY_DEFAULT, type RetryPolicy } from "../../shared/retry.ts";
import type { DefinitionCatalog } from "../definitions.ts";
import { advance } from "../machine/machine.ts";
import type { AttemptReport, MachineInput } from "../machine/input.ts";
import { readInstance } from "../records.ts";
import { type Application, apply, writeRecord } from "./application.ts";
import { clearPlace, type TaskName, toTaskBody } from "./grant.ts";
import { place, placeLater, releasePermit } from "./placing.ts";
import { readTask, type StoredTask, writeTask } from "./task_record.ts";

/** A worker's report of one attempt. */
export interface Completion extends TaskName {
  token: string;
  result: { kind: "output"; output: JsonValue } | { kind: "failure"; failure: Failure };
  console: readonly { level: string; text: string }[];
  durationMs: number;
  /** Of the execution's span, where the worker traces. */
  traceparent?: string;
}

export type CompletionStatus = "accepted" | "staleLease";

export interface CompletionContext extends Application {
  readonly definitions: DefinitionCatalog;
  readonly random: Random;
}

/** Applies a completion. The same completion again gives the same status. */
export async function complete(context: CompletionContext, completion: Completion): Promise<CompletionStatus> {
  const { txn } = context;
  const { instanceId, taskId, token } = completion;
  const task = await readTask(txn, instanceId, taskId);
  if (task === undefined) return "staleLease";
  const { record } = task;
  if (record.status === "finished") return record.token === token ? "accepted" : "staleLease";
  if (record.status !== "leased" || record.token !== token) return "staleLease";
  const stored = task as StoredTask;
  if (completion.traceparent !== undefined) context.effects.trace?.executed(instanceId, completion.traceparent);
  clearPlace(txn, completion, record);

  const report: AttemptReport = {
    attempt: record.attempt,
    workerId: record.workerId,
    startedAtMs: context.nowMs - completion.durationMs,
    durationMs: completion.durationMs,
    ...(completion.console.length === 0 ? {} : { console: completion.console }),
  };
  if (completion.result.kind === "output") {
    await finish(context, stored, completion, token, {
      kind: "taskCompleted",
      taskId,
      output: completion.result.output,
      attempt: report,
    });
  } else {
    await fail(context, stored, completion, { failure: completion.result.failure, report, token });
  }
  return "accepted";
}

/** An attempt failed: by its code, or by the death of what ran it. */
export async function fail(
  context: CompletionContext,
  task: StoredTask,
  name: TaskName,
  attempt: { failure: Failure; report: AttemptReport; token: string },
): Promise<void> {
  const { record } = task;
  const failure: Failure = { ...attempt.failure, task: record.name };
  const verdict = judge(record, failure, context);
  const body = toTaskBody(task);
  const counts = { ...body.counts, ...verdict.counts, lastFailure: failure };
  if (verdict.kind === "giveUp") {
    await finish(context, task, name, attempt.token, {
      kind: "taskFailed",
      taskId: name.taskId,
      failure: verdict.failure,
      attempt: attempt.report,
    });
    return;
  }
  const stored = await readInstance(context.txn, name.instanceId);
  assert(stored !== undefined, `task ${name.taskId} has no instance "${name.instanceId}"`);
  const { instance } = stored;
  const retryAtMs = context.nowMs + verdict.delayMs;
  writeRecord(context, stored, { ...instance, revision: instance.revision + 1, updatedAtMs: context.nowMs }, [
    { kind: "attemptFailed", taskId: name.taskId, name: record.name, failure, retryAtMs, ...attempt.report },
  ]);
  const again = { ...name, ...body, counts };
  await (verdict.delayMs === 0 ? place(context, again) : placeLater(context, again, retryAtMs));
}

/** The task is done with, for good or bad: leaves its mark and tells the machine. */
async function finish(
  context: CompletionContext,
  task: StoredTask,
  { instanceId, taskId }: TaskName,
  token: string,
  input: MachineInput,
): Promise<void> {
  const { txn, definitions, nowMs } = context;
  writeTask(txn, instanceId, taskId, { record: { status: "finished", token }, inputJson: "", head: task.head });
  if (task.record.permit) await releasePermit(context, task.record);
  const stored = await readInstance(txn, instanceId);
  assert(stored !== undefined, `task ${taskId} has no instance "${instanceId}"`);
  const loaded = await definitions.pinned(txn, stored.instance);
  const result = advance(loaded.record.definition, stored.instance, input, nowMs);
  assert(result.kind === "accepted", `the machine refused the end of task ${taskId} of instance "${instanceId}"`);
  await apply(context, stored, result, loaded);
}

type Verdict =
  | { kind: "again"; delayMs: number; counts: Partial<StoredTask["record"]> }
  | { kind: "giveUp"; failure: Failure; counts: Partial<StoredTask["record"]> };

/** Whether there is another attempt. Failures, crashes and losses are counted apart, each with its own bound. */
function judge(record: StoredTask["record"], failure: Failure, { random }: CompletionContext): Verdict {
  if (failure.code === "ISOLATE_CRASHED" || failure.code === "WORKER_LOST") {
    const isLoss = failure.code === "WORKER_LOST";
    const count = (isLoss ? record.losses : record.crashes) + 1;
    const counts = isLoss ? { losses: count } : { crashes: count };
    const max = isLoss ? LOSSES_PER_TASK_MAX : CRASHES_PER_TASK_MAX;
    if (count < max) return { kind: "again", delayMs: 0, counts };
    const what = isLoss ? "the worker that held it was lost" : "the isolate that ran it crashed";
    const message = `Task "${record.name}" was given up: ${count} times ${what}. Last: ${failure.message}`;
    return { kind: "giveUp", failure: { ...failure, message }, counts };
  }
  const policy: RetryPolicy = { ...RETRY_DEFAULT, ...record.retry };
  const failures = record.failures + 1;
  const hopeless = failure.retryable === false || policy.nonRetryable.includes(failure.code);
  if (hopeless || failures >= policy.maxAttempts) return { kind: "giveUp", failure, counts: { failures } };
  return { kind: "again", delayMs: Math.max(1, backoffMs(policy, failures, random.next())), counts: { failures } };
}
