/**
 * A schedule that is paused for a while.
 *
 *   deno run -A examples/schedule_pause.ts
 *
 * A schedule is changed by giving it a new specification, with `paused: true` among it. While it is paused no time counts:
 * nothing is started, nothing is skipped, and there is no next time. When it goes on, the next time is the first after that
 * moment; what passed meanwhile is not made up for, however long ago. What it had started before runs on: to pause
 * instances, pause those (pause_resume.ts, bulk.ts). It can still be triggered by hand.
 *
 * Here a daily report is not wanted over a holiday of a week.
 */

import { equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const DAY_MS = 24 * 3_600_000;

const report = defineWorkflow({
  name: "report",
  initial: "written",
  states: { written: { enter: { log: "a report" } } },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(report);
const spec = { cron: "0 9 * * *", workflow: "report" };
await client.createSchedule("daily", spec);

async function days(count: number, when: string): Promise<number> {
  await kit.leap(count * DAY_MS);
  const { started, nextAtMs } = await client.schedule("daily");
  const next = nextAtMs === undefined ? "none" : new Date(nextAtMs).toISOString();
  console.log(`${when}: ${started} reports so far, next: ${next}`);
  return started;
}

equal(await days(3, "after three days"), 3);
await client.updateSchedule("daily", { ...spec, paused: true });
equal(await days(7, "after a week's pause"), 3);
await client.updateSchedule("daily", spec);
equal(await days(2, "two days later"), 5);
console.log("Done: no report in the week of the pause, and none made up for");
