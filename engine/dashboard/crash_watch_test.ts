import { equal } from "node:assert/strict";
import { CrashWatch } from "./crash_watch.ts";

Deno.test("CrashWatch knows when a worker's count of crashes last grew", () => {
  const watch = new CrashWatch();
  const note = (crashes: number, nowMs: number) => watch.note(new Map([["w1", { crashes }]]), nowMs);
  note(5, 1_000);
  equal(watch.lastMs("w1"), undefined);
  note(6, 2_000);
  note(6, 3_000);
  equal(watch.lastMs("w1"), 2_000);
  note(0, 4_000); // a new process
  equal(watch.lastMs("w1"), 2_000);
  note(1, 5_000);
  equal(watch.lastMs("w1"), 5_000);
  watch.note(new Map(), 6_000);
  equal(watch.lastMs("w1"), undefined);
});
