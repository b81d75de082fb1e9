/** The context as the history tells it: what an instance's context must equal at every revision. */

import type { JsonObject } from "../../shared/json.ts";
import type { HistoryEntry, HistoryRecord } from "./history.ts";
import { setMember } from "./members.ts";

/** The context after the given records, which are the first of an instance's history, in order. */
export function contextAt(records: readonly HistoryRecord[]): JsonObject {
  let context: JsonObject = {};
  for (const { entries } of records) {
    for (const entry of entries) context = applyEntry(context, entry);
  }
  return context;
}

/** The context after one more entry; the context that was given may be changed. */
export function applyEntry(context: JsonObject, entry: HistoryEntry): JsonObject {
  if (entry.kind === "started") return { ...entry.input as JsonObject };
  if (entry.kind === "forked") return { ...entry.context };
  if (entry.kind === "contextSet") setMember(context, entry.key, entry.value);
  else if (entry.kind === "taskCompleted") {
    if (!entry.merged) setMember(context, entry.key, entry.output);
    else for (const [key, value] of Object.entries(entry.output as JsonObject)) setMember(context, key, value);
  } else if (entry.kind === "contextCleared") delete context[entry.key];
  return context;
}
