/** Every output in a history is the one that a worker reported for that task, and the task is one that made it. */

import { canonicalJson, type JsonObject } from "../../../shared/json.ts";
import type { Checker } from "./checker.ts";

export const results: Checker = {
  name: "results are those that were reported",
  commit({ journal }, { shadow, records, tasks }, complain) {
    const { id, instance } = shadow;
    for (const { entries } of records) {
      for (const entry of entries) {
        if (entry.kind !== "taskCompleted") continue;
        const after = tasks.find(({ taskId }) => taskId === entry.taskId)?.after;
        const report = after?.status === "finished" ? journal.reports.get(after.token) : undefined;
        if (report?.result.kind !== "output" || report.taskId !== entry.taskId || report.instanceId !== id) {
          complain(`task ${entry.taskId} of ${id} completed, and no worker reported that`);
        } else if (canonicalJson(report.result.output) !== canonicalJson(entry.output)) {
          complain(`task ${entry.taskId} of ${id} has another output than its worker reported`);
        }
        const { by } = entry.output as JsonObject;
        if (by !== `${instance!.workflow}/${entry.name}`) {
          complain(`task ${entry.name} of ${id} has the output of ${by}`);
        }
      }
    }
  },
};
