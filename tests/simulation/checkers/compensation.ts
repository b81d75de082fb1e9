/**
 * Undoing: before an instance fails or is cancelled, the undo actions of each completed visit run once, the last first.
 *
 * Told from the history alone. Which visits were completed can be told for most: one that was left for `complete` was,
 * and one whose tasks never were all done was not.
 */

import type { Definition } from "../../../shared/definition/definition.ts";
import type { HistoryEntry, HistoryRecord } from "../../../engine/machine/history.ts";
import { type Checker, recordsOf } from "./checker.ts";

export const compensation: Checker = {
  name: "completed visits are undone once, the last first",
  end({ shadow }, complain) {
    for (const each of shadow.everyInstance()) {
      const { definition } = shadow.definitionOf(each.instance);
      for (const run of runsOf(recordsOf(each))) {
        const wrong = judge(definition, run);
        if (wrong !== undefined) complain(`instance ${each.id} ${wrong}`);
      }
    }
  },
};

/** The parts of a history that are divided by retries. */
function runsOf(records: readonly HistoryRecord[]): HistoryRecord[][] {
  const runs: HistoryRecord[][] = [[]];
  for (const record of records) {
    if (record.entries[0].kind === "retried") runs.push([]);
    runs[runs.length - 1].push(record);
  }
  return runs;
}

interface Visit {
  state: string;
  /** All its tasks were done at some time. */
  mayBeCompleted: boolean;
  /** It was left because they were done. */
  isCompleted: boolean;
}

function judge({ states, compensateOn }: Definition, run: readonly HistoryRecord[]): string | undefined {
  const visits: Visit[] = [];
  const undone: string[] = [];
  const open = new Set<string>();
  let begun: Extract<HistoryEntry, { kind: "compensationStarted" }> | undefined;
  let end: HistoryEntry | undefined;
  for (const { entries } of run) {
    for (const entry of entries) {
      const visit = visits.at(-1);
      if (visit !== undefined && open.size === 0 && begun === undefined) visit.mayBeCompleted = true;
      if (entry.kind === "taskScheduled") open.add(entry.taskId);
      else if ("taskId" in entry && entry.kind !== "attemptFailed") open.delete(entry.taskId);
      if (entry.kind === "stateEntered") {
        visits.push({ state: entry.state, mayBeCompleted: false, isCompleted: false });
      } else if (entry.kind === "transitionTaken" && entry.event === "complete" && visit !== undefined) {
        visit.isCompleted = true;
      } else if (entry.kind === "compensationStarted") {
        if (begun !== undefined) return "begins to undo twice";
        begun = entry;
      } else if (entry.kind === "compensating") undone.push(entry.state);
      else if (entry.kind === "completed" || entry.kind === "failed" || entry.kind === "cancelled") end = entry;
    }
    const visit = visits.at(-1);
    if (visit !== undefined && open.size === 0 && begun === undefined) visit.mayBeCompleted = true;
  }
  const undoable = visits.filter(({ state }) => states[state].compensate !== undefined);
  if (begun === undefined) return undone.length > 0 ? "undoes, and has not begun to" : judgeEnd(end);
  if (end === undefined) return undefined;
  if (end.kind === "completed") return "completed after it had begun to undo";
  // Who cancels without compensation ends the undoing: its last record does not begin with the end of an undo task.
  const isCutShort = ["taskCancelled", "cancelled"].includes(run.at(-1)!.entries[0].kind);
  let at = undoable.length;
  for (const state of undone) {
    do at--; while (at >= 0 && !(undoable[at].state === state && undoable[at].mayBeCompleted));
    if (at < 0) return `undid ${undone}, of visits ${undoable.map(describe)}`;
  }
  const due = undoable.filter(({ isCompleted }) => isCompleted).length;
  if (!isCutShort && undone.length < due) return `undid ${undone}, of visits ${undoable.map(describe)}`;
  return undefined;

  function judgeEnd(end: HistoryEntry | undefined): string | undefined {
    if (end?.kind !== "failed" || (compensateOn !== undefined && !compensateOn.includes("failed"))) return undefined;
    const due = undoable.filter(({ isCompleted }) => isCompleted);
    return due.length > 0 ? `failed and did not undo ${due.map(describe)}` : undefined;
  }
}

function describe({ state, isCompleted, mayBeCompleted }: Visit): string {
  return `${state} (${isCompleted ? "completed" : mayBeCompleted ? "perhaps completed" : "not completed"})`;
}
