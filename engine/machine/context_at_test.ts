import assert from "node:assert/strict";
import { contextAt } from "./context_at.ts";
import type { HistoryEntry } from "./history.ts";
import { freeze } from "./testing/soundness.ts";

function toRecords(...entries: HistoryEntry[]) {
  return freeze(entries.map((entry, index) => ({ sequence: index + 1, atMs: 0, entries: [entry] })));
}

Deno.test("contextAt() follows the input, what was set, what tasks returned and what was cleared", () => {
  const records = toRecords(
    { kind: "started", input: { n: 1 } },
    { kind: "contextSet", key: "n", value: 2 },
    { kind: "taskCompleted", taskId: "t1", name: "one", key: "result", output: [3], attempt: 1 },
    { kind: "contextSet", key: "error", value: { code: "E1" } },
    { kind: "contextCleared", key: "error" },
    { kind: "logged", message: "of no matter" },
  );
  assert.deepEqual(contextAt([]), {});
  assert.deepEqual(contextAt(records.slice(0, 1)), { n: 1 });
  assert.deepEqual(contextAt(records.slice(0, 4)), { n: 2, result: [3], error: { code: "E1" } });
  assert.deepEqual(contextAt(records), { n: 2, result: [3] });
});

Deno.test("contextAt() writes the members of a merged output", () => {
  const records = toRecords(
    { kind: "started", input: { n: 1, m: 1 } },
    { kind: "taskCompleted", taskId: "t1", name: "one", key: "one", output: { n: 2, k: 3 }, merged: true, attempt: 1 },
  );
  assert.deepEqual(contextAt(records), { n: 2, m: 1, k: 3 });
});

Deno.test("contextAt() takes __proto__ for a key like any other", () => {
  const records = toRecords({ kind: "started", input: {} }, { kind: "contextSet", key: "__proto__", value: { x: 1 } });
  assert.deepEqual(contextAt(records), JSON.parse('{"__proto__": {"x": 1}}'));
});
