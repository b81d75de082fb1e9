/** At most one live lease per task, and no result accepted without it: a task moves by its token. */

import type { TaskRecord } from "../../../engine/scheduler/task_record.ts";
import type { Checker } from "./checker.ts";

export const leases: Checker = {
  name: "one live lease per task, no result without it",
  commit(_world, { shadow, tasks }, complain) {
    for (const { taskId, before, after } of tasks) {
      if (after?.status === "finished" && (before?.status !== "leased" || before.token !== after.token)) {
        complain(`task ${taskId} of ${shadow.id} was finished with token ${after.token}, but was ${describe(before)}`);
      }
      if (before?.status === "finished" && after?.status !== "finished" && shadow.instance !== undefined) {
        complain(`task ${taskId} of ${shadow.id} was finished and is now ${describe(after)}`);
      }
    }
  },
};

function describe(task: TaskRecord | undefined): string {
  if (task === undefined) return "gone";
  return task.status === "leased" ? `leased with token ${task.token}` : task.status;
}
