/** Schedules: made, seen, changed, triggered, paused and deleted. */

import { deepEqual, equal } from "node:assert/strict";
import { violationsOf } from "./accessibility.ts";
import { browserTests, live, says } from "./browser_tests.ts";

const browserTest = browserTests();

browserTest("a schedule is made from a form, which says what is wrong with it", async ({ page }, site) => {
  await page.goto("/schedules");
  await page.getByText("Make a schedule").click();
  await page.getByLabel(/^Id/).fill("every-morning");
  await page.getByLabel("Workflow").selectOption("report");
  await page.getByLabel(/as cron/).fill("often");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByLabel(/Start input/).fill('{"week": 3}');
  await page.getByRole("button", { name: "Make schedule" }).click();
  await says(page.getByRole("alert"), /Cannot use the schedule "often"/);
  deepEqual(await violationsOf(page), []);
  equal(await page.getByLabel("Time zone").inputValue(), "Europe/Berlin");
  await page.getByLabel(/as cron/).fill("30 7 * * *");
  await page.getByRole("button", { name: "Make schedule" }).click();
  await page.getByText("The schedule was made.").waitFor();
  await says(page.locator("#times"), /07:30/);
  const { spec } = await site.client.schedule("every-morning");
  deepEqual(spec, {
    cron: "30 7 * * *",
    timeZone: "Europe/Berlin",
    workflow: "report",
    version: 0,
    input: { week: 3 },
    overlap: "skip",
    paused: false,
    catchUpWindowMs: 60_000,
  });
}, { complaintsAllowed: /status of 400/ });

browserTest("a schedule is changed, paused, resumed and deleted", async ({ page }, site) => {
  await site.client.createSchedule("changing", { cron: "0 3 * * *", workflow: "relay" });
  await page.goto("/schedules");
  await page.getByRole("link", { name: "changing" }).click();
  await page.getByText("Change this schedule").click();
  await page.getByLabel("While the instance before still runs, it").selectOption("allow");
  await page.getByLabel(/Catch up/).fill("12h");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("The schedule was changed.").waitFor();
  const { spec } = await site.client.schedule("changing");
  deepEqual([spec.overlap, spec.catchUpWindowMs, spec.cron], ["allow", 12 * 3_600_000, "0 3 * * *"]);

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("The schedule is paused.").waitFor();
  await says(page.locator("#times"), /None: it is paused/);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("The schedule goes on with its next time.").waitFor();
  equal((await site.client.schedule("changing")).spec.paused, false);

  await page.getByText("Delete this schedule").click();
  await page.getByRole("button", { name: "Delete schedule" }).click();
  await page.getByText("The schedule was deleted.").waitFor();
  equal(await page.getByRole("link", { name: "changing" }).count(), 0);
});

browserTest("an instance is started at once, and found among the last", async ({ page }, site) => {
  await site.client.createSchedule("at-once", { cron: "0 3 * * *", workflow: "relay" });
  await page.goto("/schedules/at-once");
  await page.getByText("It has started none yet").waitFor();
  await page.getByRole("button", { name: "Start one now" }).click();
  await page.getByText("The instance was started.").waitFor();
  await page.getByRole("link", { name: "at-once", exact: true }).click();
  await page.locator("#runs .status.running").waitFor();
  await live(page);
  await site.client.triggerSchedule("at-once");
  await page.locator("#runs tbody tr").nth(1).waitFor();
  await says(page.locator("#heading"), /Started\s*2/);
});
