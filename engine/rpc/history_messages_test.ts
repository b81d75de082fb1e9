import { deepEqual, equal } from "node:assert/strict";
import { toHistoryView } from "../../shared/client/views.ts";
import type { HistoryEntry } from "../machine/history.ts";
import { toHistoryMessage } from "./messages.ts";

const REPORT = { attempt: 1, workerId: "w", startedAtMs: 5, durationMs: 2, console: [{ level: "log", text: "hi" }] };
const FAILURE = { code: "E1", message: "no", task: "t", line: 1, column: 2, retryable: false };

/** One of each kind that only some features write. */
const ENTRIES: readonly HistoryEntry[] = [
  { kind: "taskScheduled", taskId: "t1", name: "map", index: 0 },
  { kind: "taskScheduled", taskId: "t2", name: "child", child: "i.1" },
  { kind: "itemCompleted", taskId: "t1", name: "map", index: 3, output: [1, null], ...REPORT },
  { kind: "guardEvaluated", taskId: "t3", name: "states.a.on.x[0]", holds: true, ...REPORT },
  { kind: "childStarted", name: "child", child: "i.1" },
  { kind: "eventSent", to: "i2", name: "e" },
  { kind: "undelivered", to: "i2", name: "e", message: "nobody" },
  { kind: "waiting" },
  { kind: "admitted" },
  { kind: "paused", reason: "look" },
  { kind: "resumed" },
  { kind: "compensationStarted", status: "failed", failure: FAILURE },
  { kind: "compensationStarted", status: "cancelled", reason: "no" },
  { kind: "compensating", state: "a" },
  { kind: "forked", from: "i0", sequence: 7, context: { n: 1 } },
  { kind: "migrated", fromVersion: 1, toVersion: 2 },
  { kind: "completed", output: { sum: 3 } },
  { kind: "completed" },
];

for (const entry of ENTRIES) {
  Deno.test(`toHistoryMessage() carries ${JSON.stringify(entry)}`, () => {
    const view = toHistoryView(toHistoryMessage({ sequence: 1, atMs: 0, entries: [entry] }));
    const [[kind, members]] = Object.entries(view.entries[0]);
    equal(kind, entry.kind);
    const { kind: _kind, startedAtMs, ...fields } = entry as Extract<HistoryEntry, { kind: "itemCompleted" }>;
    const times = startedAtMs === undefined ? {} : { startedAt: new Date(startedAtMs).toISOString() };
    const expected: Record<string, unknown> = { ...fields, ...times };
    const actual = { ...members as Record<string, unknown> };
    if ("startedAt" in actual) actual.startedAt = new Date(String(actual.startedAt)).toISOString();
    // JSON leaves out what is a field's default.
    for (const [name, value] of Object.entries(expected)) {
      if (value === 0 && !(name in actual)) delete expected[name];
    }
    deepEqual(actual, expected);
  });
}
