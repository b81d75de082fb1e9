/** Retries and time limits are as declared: as many attempts, at such delays, and a reason for giving up. */

import { tasksOf } from "../../../shared/definition/tasks.ts";
import { CRASHES_PER_TASK_MAX, LOSSES_PER_TASK_MAX } from "../../../shared/limits.ts";
import { RETRY_DEFAULT, type RetryPolicy } from "../../../shared/retry.ts";
import type { Instance } from "../../../engine/machine/instance.ts";
import type { InstanceShadow } from "../shadow.ts";
import { type Checker, type Complain, recordsOf, type World } from "./checker.ts";

interface Counts {
  failures: number;
  crashes: number;
  losses: number;
}

export const retries: Checker = {
  name: "retries and timeouts are as declared",
  end(world, complain) {
    for (const shadow of world.shadow.everyInstance()) {
      checkTasks(world, shadow, complain);
      checkTimeout(world, shadow, complain);
    }
  },
};

function checkTasks(
  { shadow: { workflows } }: World,
  { id, instance, history }: InstanceShadow,
  complain: Complain,
): void {
  // Of all its versions: a newer one may lack what an instance did before it was moved, and changes no policy.
  const policies = new Map<string, RetryPolicy>();
  for (const { definition } of workflows.values()) {
    if (definition.name !== instance!.workflow) continue;
    for (const { task } of tasksOf(definition)) policies.set(task.name, { ...RETRY_DEFAULT, ...task.retry });
  }
  const counts = new Map<string, Counts>();
  for (const { atMs, entries } of recordsOf({ history })) {
    for (const entry of entries) {
      if (entry.kind !== "attemptFailed" && entry.kind !== "taskFailed") continue;
      const { taskId, name, failure } = entry;
      // What no worker held was a child, or a map whose item has failed.
      if (entry.startedAtMs === undefined) continue;
      const policy = policies.get(name)!;
      const count = counts.get(taskId) ?? { failures: 0, crashes: 0, losses: 0 };
      counts.set(taskId, count);
      const kind = failure.code === "WORKER_LOST"
        ? "losses"
        : failure.code === "ISOLATE_CRASHED"
        ? "crashes"
        : "failures";
      count[kind]++;
      const bound = { failures: policy.maxAttempts, crashes: CRASHES_PER_TASK_MAX, losses: LOSSES_PER_TASK_MAX }[kind];
      const isHopeless = failure.retryable === false;
      const isLast = count[kind] >= bound || isHopeless;
      if (isLast !== (entry.kind === "taskFailed")) {
        complain(`task ${taskId} of ${id}: ${entry.kind} after ${count[kind]} of ${bound} ${kind}`);
      }
      if (entry.kind !== "attemptFailed") continue;
      const delayMs = entry.retryAtMs - atMs;
      const declaredMs = Math.min(policy.maxDelayMs, policy.initialDelayMs * policy.multiplier ** (count.failures - 1));
      const [leastMs, mostMs] = kind === "failures"
        ? [Math.max(1, Math.round(declaredMs * (1 - policy.jitter))), Math.max(1, Math.round(declaredMs))]
        : [0, 0];
      if (delayMs < leastMs || delayMs > mostMs) {
        complain(`task ${taskId} of ${id}: a delay of ${delayMs} ms, not ${leastMs} to ${mostMs}, after ${kind}`);
      }
    }
  }
}

/** Who fails with TIMED_OUT has had its whole time, and who has none never does. */
function checkTimeout(
  { shadow: { workflows } }: World,
  { id, instance, history }: InstanceShadow & { instance: Instance },
  complain: Complain,
): void {
  const records = recordsOf({ history });
  const entries = records.flatMap(({ entries, atMs }) => entries.map((entry) => ({ entry, atMs })));
  const moved = entries.find(({ entry }) => entry.kind === "migrated")?.entry;
  let version = moved?.kind === "migrated" ? moved.fromVersion : instance.version;
  let begunMs = instance.createdAtMs;
  let isWaiting = false;
  let isUndone = false;
  for (const { entry, atMs } of entries) {
    // The time that it waits for a permit does not count.
    if (entry.kind === "waiting") isWaiting = true;
    if (entry.kind === "retried" || (isWaiting && entry.kind === "stateEntered")) begunMs = atMs;
    if (entry.kind === "stateEntered") isWaiting = false;
    if (entry.kind === "migrated") {
      version = entry.toVersion;
      begunMs = instance.createdAtMs; // where the old version had no timeout, nothing tells when the run began
    }
    // It fails when it has been undone, which is not the moment that counts.
    const failure = entry.kind === "compensationStarted" || (entry.kind === "failed" && !isUndone)
      ? entry.failure
      : undefined;
    isUndone = entry.kind === "compensationStarted" || (isUndone && entry.kind !== "retried");
    if (failure?.code !== "TIMED_OUT" || failure.task !== undefined) continue;
    const { timeoutMs } = workflows.get(`${instance.workflow} ${version}`)!.definition;
    if (timeoutMs === undefined) complain(`instance ${id} timed out, and has no timeout`);
    else if (atMs < begunMs + timeoutMs) {
      complain(`instance ${id} timed out after ${atMs - begunMs} of ${timeoutMs} ms`);
    }
  }
}
