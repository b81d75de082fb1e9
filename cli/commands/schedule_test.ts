import { deepEqual, equal, match } from "node:assert/strict";
import { EXIT_CODES } from "../exit_code.ts";
import { APPROVAL, withEngine } from "../testing/command_fixture.ts";

Deno.test("a schedule is made, shown, changed, paused, triggered and deleted", async () => {
  await withEngine(async (degov) => {
    await degov("apply", APPROVAL);
    match((await degov("schedule", "list")).err, /There are none\. next: .* schedule create/);
    const create = ["schedule", "create", "nightly", "--workflow", "approval", "--cron", "0 3 * * *"];
    const made = await degov(...create, "--time-zone", "Europe/Berlin", "-i", '{"amount": 7}', "--catch-up", "12h");
    match(made.out, /workflow +approval \(the newest version\)[\s\S]*cron +0 3 \* \* \* \(Europe\/Berlin\)/);
    match(made.out, /next +\d{4}-.*\n +\d{4}-/, "more than the next time");
    match((await degov("schedule", "list")).out, /nightly +approval +0 3 \* \* \* +Europe\/Berlin +in \d+/);

    const updated = JSON.parse((await degov("schedule", "update", "nightly", "--overlap", "allow", "--json")).out);
    deepEqual(updated.spec, {
      cron: "0 3 * * *",
      timeZone: "Europe/Berlin",
      workflow: "approval",
      version: 0,
      input: { amount: 7 },
      overlap: "allow",
      paused: false,
      catchUpWindowMs: 12 * 3_600_000,
    });
    match((await degov("schedule", "pause", "nightly")).out, /nightly paused/);
    match((await degov("schedule", "list")).out, /nightly .* paused/);
    match((await degov("schedule", "resume", "nightly")).out, /next +\d{4}-/);

    const { instanceId } = JSON.parse((await degov("schedule", "trigger", "nightly", "--json")).out);
    match((await degov("schedule", "get", "nightly")).out, new RegExp(`started +1, skipped 0\nlast +${instanceId}`));
    match((await degov("get", instanceId)).out, /running/);
    deepEqual(JSON.parse((await degov("schedule", "delete", "nightly", "--json")).out), { deleted: "nightly" });
  });
});

Deno.test("what is wrong with a schedule is said with the exit code for it", async () => {
  await withEngine(async (degov) => {
    await degov("apply", APPROVAL);
    const create = ["schedule", "create", "s", "--workflow", "approval"];
    const other = create.with(2, "t");
    await degov(...create, "--cron", "@daily");
    for (
      const [args, exit, why] of [
        [other.slice(0, 3), "usage", /required option '--workflow <name>'/],
        [[...other, "--cron", "often"], "usage", /Cannot use the schedule "often"[\s\S]*write five fields/],
        [[...other, "--cron", "@daily", "--time-zone", "Mars"], "usage", /time zone "Mars"/],
        [[...other, "--cron", "@daily", "--overlap", "queue"], "usage", /Allowed choices are skip/],
        [[...other, "--cron", "@daily", "--catch-up", "soon"], "usage", /--catch-up is "soon"/],
        [[...create, "--cron", "@hourly"], "refused", /there is another of this id; update it/],
        [["schedule", "update", "s"], "usage", /no flag says what to change/],
        [["schedule", "get", "none"], "notFound", /schedule list` lists the schedules/],
        [["schedule", "delete", "none"], "notFound", /there is none of this id/],
      ] as const
    ) {
      const { code, out, err } = await degov(...args);
      equal(code, EXIT_CODES[exit].code, `${args.join(" ")}: ${err}`);
      match(err, why);
      equal(out, "");
    }
  });
});
