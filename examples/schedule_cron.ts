/**
 * Starting instances at times, as cron does.
 *
 *   deno run -A examples/schedule_cron.ts
 *
 * A schedule starts an instance of a workflow at each time of a cron expression (five fields, six with seconds first, or
 * an alias as `@daily`), in a time zone whose clock changes it knows, exactly once, however many engines there are: the
 * instance's id is made of the schedule's and the time. Each gets the schedule's `input`, and the newest version of the
 * workflow unless one is named. A schedule can be looked at, changed, triggered by hand beside its times, and deleted;
 * what it has started goes on.
 *
 * Here a store is tidied up on workdays at half past two at night, in Berlin. Five days pass in milliseconds, because
 * TestKit has a clock that is moved by hand; its first day is Thursday, the first of January 2026.
 */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const HOUR_MS = 3_600_000;

const tidying = defineWorkflow({
  name: "tidying",
  initial: "tidying",
  states: { tidying: { enter: { task: "removed", code: "input.olderThanDays * 2" } } },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(tidying);
await client.createSchedule("nightly", {
  cron: "30 2 * * MON-FRI",
  timeZone: "Europe/Berlin",
  workflow: "tidying",
  input: { olderThanDays: 30 },
});
const days: string[] = [];
for (let time = 0; time < 3; time++) {
  const { nextAtMs } = await client.schedule("nightly");
  await kit.leap(nextAtMs! - kit.nowMs());
  const { lastInstanceId } = await client.schedule("nightly");
  const { status, context, scheduleId } = await kit.settle(lastInstanceId!);
  const weekday = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "Europe/Berlin" }).format(nextAtMs!);
  console.log(`${weekday}: ${lastInstanceId} of ${scheduleId} ${status}`, context);
  equal(context?.removed, 60);
  days.push(lastInstanceId!.slice("nightly.".length));
}
deepEqual(days, ["2026-01-01T01:30:00.000Z", "2026-01-02T01:30:00.000Z", "2026-01-05T01:30:00.000Z"]);

const byHand = await client.triggerSchedule("nightly");
console.log("by hand:", (await kit.settle(byHand)).status);
await client.deleteSchedule("nightly");
await kit.leap(48 * HOUR_MS);
const instances = [];
for await (const { id } of client.instances({ workflow: "tidying" })) instances.push(id);
equal(instances.length, 4);
console.log("Done: three times of its own, one by hand, and none after it was deleted");
