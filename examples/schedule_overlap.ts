/**
 * What a schedule does while the instance before still runs.
 *
 *   deno run -A examples/schedule_overlap.ts
 *
 * `overlap` of a schedule is one of four:
 * - `skip` (if nothing is said): this time is passed over.
 * - `buffer_one`: one start waits, and is made when the instance before has ended; further times are passed over.
 * - `allow`: another instance is started beside it.
 * - `cancel_previous`: the instance before is cancelled, and its place is taken.
 *
 * Here a job is due every hour, and takes two and a half. Four schedules, one of each kind, run for five hours.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const HOUR_MS = 3_600_000;
const OVERLAPS = ["skip", "buffer_one", "allow", "cancel_previous"] as const;

const job = defineWorkflow({
  name: "job",
  initial: "working",
  states: { working: { after: { "2h30m": "done" } }, done: {} },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(job);
for (const overlap of OVERLAPS) await client.createSchedule(overlap, { cron: "@hourly", workflow: "job", overlap });
await kit.leap(5 * HOUR_MS);

const starts: Record<string, string> = {};
for (const overlap of OVERLAPS) {
  const instances = [];
  for await (const { id, scheduleId, createdAtMs, status } of client.instances({ workflow: "job" })) {
    if (scheduleId === overlap) instances.unshift(`${new Date(createdAtMs).toISOString().slice(11, 16)} ${status}`);
    if (scheduleId === undefined) throw new Error(`${id} has no schedule`);
  }
  starts[overlap] = instances.map((line) => line.slice(0, 5)).join(" ");
  const { started, skipped } = await client.schedule(overlap);
  console.log(`${overlap}: ${started} started, ${skipped} skipped\n  ${instances.join("\n  ")}`);
}
deepEqual(starts, {
  skip: "01:00 04:00",
  buffer_one: "01:00 03:30",
  allow: "01:00 02:00 03:00 04:00 05:00",
  cancel_previous: "01:00 02:00 03:00 04:00 05:00",
});
console.log("Done: four policies, and when each has started the job");
