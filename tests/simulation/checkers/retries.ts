/** Retries and time limits are as declared: as many attempts, at such delays, and a reason for giving up. */

import { tasksOf } from "../../../shared/definition/tasks.ts";
import { CRASHES_PER_TASK_MAX, LOSSES_PER_TASK_MAX } from "../../../shared/limits.ts";
import { RETRY_DEFAULT, type RetryPolicy } from "../../../shared/retry.ts";
import type { InstanceShadow } from "../shadow.ts";
import type { Checker, Complain, World } from "./checker.ts";

interface Counts {
  failures: number;
  crashes: number;
  losses: number;
}

export const retries: Checker = {
  name: "retries and timeouts are as declared",
  end(world, complain) {
    for (const shadow of world.shadow.instances.values()) {
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
  const { definition } = workflows.get(`${instance!.workflow} ${instance!.version}`)!;
  const policies = new Map<string, RetryPolicy>();
  for (const { task } of tasksOf(definition)) policies.set(task.name, { ...RETRY_DEFAULT, ...task.retry });
  const counts = new Map<string, Counts>();
  for (const { atMs, entries } of inOrder(history)) {
    for (const entry of entries) {
      if (entry.kind !== "attemptFailed" && entry.kind !== "taskFailed") continue;
      const { taskId, name, failure } = entry;
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
  { id, instance, history }: InstanceShadow,
  complain: Complain,
): void {
  const { timeoutMs } = workflows.get(`${instance!.workflow} ${instance!.version}`)!.definition;
  let begunMs = instance!.createdAtMs;
  let isWaiting = false;
  for (const { atMs, entries } of inOrder(history)) {
    for (const entry of entries) {
      // The time that it waits for a permit does not count.
      if (entry.kind === "waiting") isWaiting = true;
      if (entry.kind === "retried" || (isWaiting && entry.kind === "stateEntered")) begunMs = atMs;
      if (entry.kind === "stateEntered") isWaiting = false;
      if (entry.kind !== "failed" || entry.failure.code !== "TIMED_OUT") continue;
      if (timeoutMs === undefined) complain(`instance ${id} timed out, and has no timeout`);
      else if (atMs < begunMs + timeoutMs) {
        complain(`instance ${id} timed out after ${atMs - begunMs} of ${timeoutMs} ms`);
      }
    }
  }
}

function inOrder(history: InstanceShadow["history"]) {
  return [...history.entries()].sort(([a], [b]) => a - b).map(([, record]) => record);
}
