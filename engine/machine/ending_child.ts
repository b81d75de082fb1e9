/** What a child tells its parent when it ends. */

import type { Failure } from "../../shared/failure.ts";
import type { Draft } from "./draft.ts";
import type { HistoryEntry } from "./history.ts";

export type EndEntry = Extract<HistoryEntry, { kind: "completed" | "failed" | "cancelled" }>;

/** Tells the parent that waits for it, if there is one, how the instance has ended. */
export function tellParent(draft: Draft, entry: EndEntry): void {
  const { id, context, parent } = draft.instance;
  if (parent?.taskId === undefined) return;
  const { id: to, taskId } = parent;
  if (entry.kind === "completed") {
    draft.send({ about: "end", to, taskId, outcome: { output: entry.output ?? context } });
    return;
  }
  const failure: Failure = entry.kind === "failed"
    ? { ...entry.failure, message: `Instance "${id}" failed: ${entry.failure.message}` }
    : { code: "CANCELLED", message: `Instance "${id}" was cancelled: ${entry.reason}` };
  draft.send({ about: "end", to, taskId, outcome: { failure } });
}
