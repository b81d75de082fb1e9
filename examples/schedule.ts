/**
 * Starting instances at times.
 *
 *   deno run -A examples/schedule.ts
 *
 * Shows: a schedule starts an instance of a workflow at each time of a cron expression, in a time zone, exactly once,
 * however many engines there are. `overlap` says what is done while the instance before still runs (skip, buffer_one,
 * allow, cancel_previous), `catchUpWindowMs` how far back times are made up for that passed while no engine ran. A schedule
 * can be paused, changed, triggered by hand and deleted.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const cleaning = defineWorkflow({
  name: "cleaning",
  initial: "cleaning",
  states: { cleaning: { enter: [{ task: { name: "removed", code: "input.olderThanDays * 2" } }] } },
});

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  const { client } = engine;
  await client.register(cleaning);
  const spec = { cron: "* * * * * *", workflow: "cleaning", input: { olderThanDays: 30 }, overlap: "skip" } as const;
  const { nextAtMs } = await client.createSchedule("nightly", spec);
  console.log("first time:", new Date(nextAtMs!).toISOString());
  const byTime = await client.result(`nightly.${new Date(nextAtMs!).toISOString()}`).catch(() => undefined) ??
    await client.result(await client.triggerSchedule("nightly"));
  console.log(byTime.status, byTime.context, "of schedule", byTime.scheduleId);
  const paused = await client.updateSchedule("nightly", {
    ...spec,
    cron: "30 2 * * *",
    timeZone: "Europe/Berlin",
    paused: true,
  });
  console.log("paused:", paused.nextAtMs === undefined);
  await client.deleteSchedule("nightly");
  if (byTime.status !== "completed" || byTime.context?.removed !== 60) throw new Error("it did not run");
  console.log("Done: an instance was started by the schedule");
} finally {
  await engine.close();
}
