/** At most one live lease per task, and no result accepted without it: a task is in one place, and moves by its token. */

import { shardOf } from "../../../engine/keyspace.ts";
import type { TaskRecord } from "../../../engine/scheduler/task_record.ts";
import type { InstanceShadow } from "../shadow.ts";
import type { Checker, Complain } from "./checker.ts";

export const leases: Checker = {
  name: "one live lease per task, no result without it",
  commit(_world, { shadow, tasks }, complain) {
    for (const { taskId, before, after } of tasks) {
      if (after?.status === "finished" && (before?.status !== "leased" || before.token !== after.token)) {
        complain(`task ${taskId} of ${shadow.id} was finished with token ${after.token}, but was ${describe(before)}`);
      }
      if (before?.status === "finished" && after?.status !== "finished") {
        complain(`task ${taskId} of ${shadow.id} was finished and is now ${describe(after)}`);
      }
    }
    checkPlaces(shadow, complain);
  },
};

/** T1: exactly the entries that the records ask for. */
function checkPlaces({ id, tasks, ready, leases, timers, limited }: InstanceShadow, complain: Complain): void {
  let [queued, leased, delayed, waiting] = [0, 0, 0, 0];
  for (const [taskId, task] of tasks) {
    if (task.status === "queued") {
      queued++;
      if (!ready.has(`${taskId}/${shardOf(id)}`)) {
        complain(`task ${taskId} of ${id} is queued nowhere`);
      }
    } else if (task.status === "limited") {
      waiting++;
      if (!limited.has(taskId)) complain(`task ${taskId} of ${id} waits for a permit in no queue`);
    } else if (task.status === "leased") {
      leased++;
      if (!leases.has(`${taskId}/${task.workerId}`)) complain(`task ${taskId} of ${id} is leased without a lease`);
    } else if (task.status === "delayed") {
      delayed++;
      if (!timers.has(`retry:${taskId}/${task.retryAtMs}/${shardOf(id)}`)) {
        complain(`task ${taskId} of ${id} is delayed for ever`);
      }
    }
  }
  const retryTimers = [...timers].filter((timer) => timer.startsWith("retry:"));
  if (ready.size !== queued) complain(`${queued} tasks of ${id} are queued, and entries are ${[...ready]}`);
  if (limited.size !== waiting) complain(`${waiting} tasks of ${id} wait for permits, and entries are ${[...limited]}`);
  if (leases.size !== leased) complain(`${leased} tasks of ${id} are leased, and leases are ${[...leases]}`);
  if (retryTimers.length !== delayed) complain(`${delayed} tasks of ${id} are delayed, and timers are ${retryTimers}`);
}

function describe(task: TaskRecord | undefined): string {
  if (task === undefined) return "gone";
  return task.status === "leased" ? `leased with token ${task.token}` : task.status;
}
