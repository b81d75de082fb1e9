import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { check as checkEngine } from "../../tests/fixture/check_engine.ts";
import type { EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { SCHEDULES_MAX } from "../../shared/limits.ts";
import { scheduleCountKey } from "../keyspace.ts";
import { encodeCounter } from "../store/counter_value.ts";
import { CronTimes } from "./cron_times.ts";
import type { ScheduleSpec } from "./schedule_record.ts";

const SPEC: ScheduleSpec = {
  cron: "*/4 * * * * *",
  timeZone: "UTC",
  workflow: "job",
  version: 0,
  input: { by: "schedule" },
  overlap: "skip",
  paused: false,
  catchUpWindowMs: 60_000,
};
const PERIOD_MS = 4_000;

/** Runs the test with a workflow whose instances go on until they are told to finish. */
function check(name: string, body: (fixture: EngineFixture) => Promise<void>): void {
  checkEngine(name, async (fixture) => {
    await fixture.register({
      name: "job",
      initial: "s",
      states: { s: { on: { finish: [{ target: "done" }] } }, done: {} },
    });
    await body(fixture);
  });
}

/** Goes on until the next time of a schedule that comes every four seconds, and a little longer. */
async function nextTime(fixture: EngineFixture): Promise<void> {
  const { clock } = fixture;
  await clock.advance(PERIOD_MS - clock.nowMs() % PERIOD_MS);
  for (let turn = 0; turn < 4; turn++) await clock.advance(250);
}

async function started(fixture: EngineFixture): Promise<string[]> {
  return (await fixture.engine.search.page({}, 100)).instances.map(({ status }) => status);
}

async function finish(fixture: EngineFixture, instanceId: string): Promise<void> {
  await fixture.engine.instances.send({ instanceId, name: "finish", data: null, keep: false });
  for (let turn = 0; turn < 4; turn++) await fixture.clock.advance(250);
}

check("[E1] each time starts one instance, with an id made of the time", async (fixture) => {
  const { schedules, instances } = fixture.engine;
  await schedules.create("s", { ...SPEC, overlap: "allow" });
  equal((await schedules.create("s", { ...SPEC, overlap: "allow" })).started, 0);
  await fixture.successor();
  for (let time = 0; time < 3; time++) await nextTime(fixture);
  equal((await started(fixture)).length, 3);
  const { started: count, lastAtMs, lastInstanceId, nextAtMs } = await schedules.get("s");
  equal(count, 3);
  equal(nextAtMs! - lastAtMs!, PERIOD_MS);
  equal(lastInstanceId, `s.${new Date(lastAtMs!).toISOString()}`);
  deepEqual((await instances.get(lastInstanceId!)).input, { by: "schedule" });
});

check("skip starts nothing while the instance before runs", async (fixture) => {
  const { schedules } = fixture.engine;
  await schedules.create("s", SPEC);
  for (let time = 0; time < 3; time++) await nextTime(fixture);
  const { started: count, skipped, lastInstanceId } = await schedules.get("s");
  deepEqual({ count, skipped }, { count: 1, skipped: 2 });
  await finish(fixture, lastInstanceId!);
  await nextTime(fixture);
  equal((await schedules.get("s")).started, 2);
});

check("buffer_one starts one more as soon as the instance before has ended", async (fixture) => {
  const { schedules } = fixture.engine;
  await schedules.create("s", { ...SPEC, overlap: "buffer_one" });
  for (let time = 0; time < 3; time++) await nextTime(fixture);
  const first = await schedules.get("s");
  deepEqual({ started: first.started, skipped: first.skipped }, { started: 1, skipped: 1 });
  await finish(fixture, first.lastInstanceId!);
  const second = await schedules.get("s");
  equal(second.started, 2);
  equal(second.bufferedAtMs, undefined);
});

check("cancel_previous cancels the instance before", async (fixture) => {
  await fixture.engine.schedules.create("s", { ...SPEC, overlap: "cancel_previous" });
  for (let time = 0; time < 3; time++) await nextTime(fixture);
  deepEqual((await started(fixture)).sort(), ["cancelled", "cancelled", "running"]);
});

check("[E2] times within the catch-up window are made up for, older ones are skipped", async (fixture) => {
  const { clock } = fixture;
  await fixture.engine.schedules.create("s", { ...SPEC, overlap: "allow", catchUpWindowMs: 2 * PERIOD_MS });
  await fixture.engine.drain(); // nobody runs for ten times
  await clock.advance(10 * PERIOD_MS);
  const successor = await fixture.successor();
  for (let turn = 0; turn < 8; turn++) await clock.advance(250);
  const { started: count } = await successor.engine.schedules.get("s");
  equal(count <= 3 && count >= 2, true, `${count} were made up for`);
  await successor.engine.drain();
});

check("a schedule can be paused, resumed, triggered and deleted", async (fixture) => {
  const { schedules } = fixture.engine;
  await schedules.create("s", { ...SPEC, overlap: "allow" });
  equal((await schedules.update("s", { ...SPEC, paused: true })).nextAtMs, undefined);
  await nextTime(fixture);
  equal((await started(fixture)).length, 0);
  await schedules.trigger("s");
  await schedules.update("s", SPEC);
  await nextTime(fixture);
  equal((await schedules.get("s")).skipped, 1); // the triggered one still runs
  await schedules.delete("s");
  await schedules.delete("s");
  await nextTime(fixture);
  equal((await started(fixture)).length, 1);
  await rejects(schedules.get("s"), { code: "NOT_FOUND" });
});

check("[E1] an update takes no time away that has come and was not taken yet", async (fixture) => {
  const { clock } = fixture;
  await fixture.engine.schedules.create("s", { ...SPEC, overlap: "allow" });
  await fixture.engine.drain(); // nobody runs for two times
  await clock.advance(2 * PERIOD_MS);
  const { nextAtMs } = await fixture.engine.schedules.get("s");
  const updated = await fixture.engine.schedules.update("s", { ...SPEC, overlap: "allow", input: { by: "update" } });
  equal(updated.nextAtMs, nextAtMs);
  const successor = await fixture.successor();
  for (let turn = 0; turn < 8; turn++) await clock.advance(250);
  equal((await successor.engine.schedules.get("s")).started, 2);
  await successor.engine.drain();
});

check("a schedule that cannot be used is refused with the reason", async (fixture) => {
  const { schedules } = fixture.engine;
  await rejects(schedules.create("s", { ...SPEC, cron: "61 * * * *" }), { code: "INVALID_ARGUMENT" });
  await rejects(schedules.create("s", { ...SPEC, timeZone: "Mars/Base" }), { code: "INVALID_ARGUMENT" });
  await rejects(schedules.create("s", { ...SPEC, workflow: "nothing" }), { code: "NOT_FOUND" });
  await schedules.create("s", SPEC);
  await rejects(schedules.create("s", { ...SPEC, cron: "@daily" }), { code: "ALREADY_EXISTS" });
});

check(
  "what a schedule has started last is found, triggered or not, apart from that of its namesakes",
  async (fixture) => {
    const { schedules } = fixture.engine;
    await schedules.create("s", { ...SPEC, overlap: "allow" });
    await schedules.create("s.other", { ...SPEC, paused: true });
    await nextTime(fixture);
    const triggered = await schedules.trigger("s");
    await schedules.trigger("s.other");
    await nextTime(fixture);
    const ids = async (limit: number) => (await schedules.runs("s", limit)).map(({ id }) => id);
    const all = await ids(10);
    equal(all.length, 3);
    equal(all[1], triggered, "between the times before and after it");
    deepEqual(await ids(1), [(await schedules.get("s")).lastInstanceId]);
  },
);

check("schedules are counted, and bounded", async (fixture) => {
  const { schedules } = fixture.engine;
  const count = (schedules: number) =>
    fixture.store.transact((txn) => Promise.resolve(txn.set(scheduleCountKey(), encodeCounter(BigInt(schedules)))));
  await count(SCHEDULES_MAX - 1);
  await schedules.create("last", SPEC);
  await rejects(schedules.create("more", SPEC), { code: "RESOURCE_EXHAUSTED", message: /delete some/ });
  await schedules.create("last", SPEC); // is there
  await schedules.delete("last");
  await schedules.delete("last");
  await schedules.create("more", SPEC);
  await rejects(schedules.create("last", SPEC), { code: "RESOURCE_EXHAUSTED" });
});

Deno.test("CronTimes gives the times of a zone, across the change to summer time", () => {
  const times = new CronTimes("30 8 * * *", "Europe/Berlin");
  const saturday = Date.parse("2026-03-28T12:00:00Z");
  const sunday = times.after(saturday)!;
  equal(new Date(sunday).toISOString(), "2026-03-29T06:30:00.000Z");
  match(new Date(times.after(sunday)!).toISOString(), /2026-03-30T06:30/);
  equal(new CronTimes("0 0 0 1 1 * 2020", "UTC").after(saturday), undefined);
});
