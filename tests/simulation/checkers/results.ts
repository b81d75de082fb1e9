/**
 * Every output and every failure in a history is the one that was reported by the worker that held the task's lease, and
 * the task is one that made it.
 */

import type { HistoryEntry } from "../../../engine/machine/history.ts";
import type { JsonObject } from "../../../shared/json.ts";
import { type Checker, isSame } from "./checker.ts";

type Result = Extract<HistoryEntry, { kind: "taskCompleted" | "itemCompleted" | "guardEvaluated" }>;

export const results: Checker = {
  name: "results are those that were reported",
  commit({ journal }, { shadow, before, records, tasks }, complain) {
    const { id } = shadow;
    for (const entry of records.flatMap(({ entries }) => entries)) {
      if (entry.kind === "attemptFailed" || entry.kind === "taskFailed") {
        const lease = tasks.find(({ taskId }) => taskId === entry.taskId)?.before;
        // What the engine finds out by itself, and what no worker held, nobody has reported.
        if (lease?.status !== "leased" || entry.failure.code === "WORKER_LOST") continue;
        const result = journal.reports.get(lease.token)?.result;
        if (result?.kind !== "failure" || result.failure.code !== entry.failure.code) {
          complain(`task ${entry.taskId} of ${id} failed (${entry.failure.code}), and who held it did not report that`);
        }
        continue;
      }
      if (!isResult(entry)) continue;
      const { child, map } = before?.tasks[entry.taskId] ?? {};
      if (child !== undefined || map !== undefined) continue; // children.ts, maps.ts
      const after = tasks.find(({ taskId }) => taskId === entry.taskId)?.after;
      const report = after?.status === "finished" ? journal.reports.get(after.token) : undefined;
      const output = entry.kind === "guardEvaluated" ? entry.holds : entry.output;
      if (report?.result.kind !== "output" || report.taskId !== entry.taskId || report.instanceId !== id) {
        // A map of no items is done in the step that begins it, and nobody is asked.
        if (entry.kind !== "taskCompleted" || !isSame(output, [])) {
          complain(`task ${entry.taskId} of ${id} completed, and no worker reported that`);
        }
      } else if (!isSame(report.result.output, output)) {
        complain(`task ${entry.taskId} of ${id} has another output than its worker reported`);
      } else if (entry.kind !== "guardEvaluated") {
        const { by } = output as JsonObject;
        if (by !== `${shadow.instance!.workflow}/${entry.name}`) {
          complain(`task ${entry.name} of ${id} has the output of ${by}`);
        }
      }
    }
  },
};

function isResult(entry: HistoryEntry): entry is Result {
  return entry.kind === "taskCompleted" || entry.kind === "itemCompleted" || entry.kind === "guardEvaluated";
}
