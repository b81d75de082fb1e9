/**
 * Times of a schedule that passed while no engine ran.
 *
 *   deno run -A examples/schedule_catch_up.ts
 *
 * `catchUpWindowMs` of a schedule says how far back times are made up for when an engine is there again: those within the
 * window are started then, in order, each with the id of its own time; older ones are counted as skipped. It is a minute
 * if nothing is said, so that a restart loses nothing and a long outage does not end in a flood. What `overlap` says holds
 * for those that are made up for too.
 *
 * Here the store is a file. The engine is closed, and opened again when nine hours have passed; of two hourly schedules
 * one makes up for the last three hours, and the other for the last minute.
 */

import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const HOUR_MS = 3_600_000;
const MIDNIGHT_MS = Date.UTC(2026, 0, 1);

const folder = await Deno.makeTempDir({ prefix: "degov-catch-up-" });
const store = `sqlite:${join(folder, "engine.db")}`;
try {
  {
    await using kit = await TestKit.open({ store, nowMs: MIDNIGHT_MS });
    const { client } = kit;
    await client.register(defineWorkflow({ name: "job", initial: "done", states: { done: {} } }));
    const spec = { cron: "30 * * * *", workflow: "job", overlap: "allow" } as const;
    await client.createSchedule("three-hours", { ...spec, catchUpWindowMs: 3 * HOUR_MS });
    await client.createSchedule("one-minute", spec);
  }
  {
    await using kit = await TestKit.open({ store, nowMs: MIDNIGHT_MS + 9 * HOUR_MS });
    const { client } = kit;
    await kit.leap(0); // what is due comes
    for await (const { id } of client.instances()) console.log(id);
    const started: Record<string, number> = {};
    for await (const schedule of client.schedules()) started[schedule.id] = schedule.started;
    console.log("made up for:", started);
    deepEqual(started, { "three-hours": 3, "one-minute": 0 });
  }
  console.log("Done: of nine hours, one schedule made up for three, and the other for none");
} finally {
  await Deno.remove(folder, { recursive: true });
}
