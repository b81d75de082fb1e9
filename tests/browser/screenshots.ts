/**
 * Makes the pictures of the dashboard that the documentation shows.
 *
 * Run: deno task screenshots [FOLDER]
 */

import { join } from "node:path";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { IMPORT, ORDER } from "./sample_workflows.ts";
import { populate } from "./sample_instances.ts";
import { openChromium, openSite, openTab, type Site } from "./site_fixture.ts";

const FOLDER = Deno.args[0] ?? join(import.meta.dirname!, "../../docs");

interface Shot {
  name: string;
  path: string;
  dark?: boolean;
  width?: number;
  height?: number;
  whole?: boolean;
}

const SHOTS: readonly Shot[] = [
  { name: "dashboard-overview", path: "/" },
  { name: "dashboard-instances", path: "/instances" },
  { name: "dashboard-instance", path: "/instances/order-1007", whole: true },
  { name: "dashboard-instance-dark", path: "/instances/order-1001", dark: true, height: 1_000 },
  { name: "dashboard-failure", path: "/instances/import-7", height: 1100 },
  { name: "dashboard-definition", path: "/definitions/order?version=2&against=1", whole: true },
  { name: "dashboard-steps", path: "/definitions/report", height: 780 },
  { name: "dashboard-schedule", path: "/schedules/weekly-report", height: 840 },
  { name: "dashboard-workers", path: "/workers", height: 560 },
  { name: "dashboard-narrow", path: "/instances/order-1001", dark: true, width: 400, height: 860 },
];

const HOUR_MS = 3_600_000;
/** As many as the drawing has points. */
const STEPS_PER_HOUR = 120;

/** Lets an hour pass in which instances come and go in waves. */
async function passAnHour(site: Site, move: (ms: number) => void): Promise<void> {
  let number = 0;
  for (let step = 0; step < STEPS_PER_HOUR; step++) {
    const count = Math.round(7 + 4 * Math.sin(step / 14) + step % 3);
    const ids = Array.from({ length: count }, () => `visit-${++number}`);
    await Promise.all(ids.map((instanceId, index) => {
      const price = step > 80 && step < 92 && index % 4 === 0 ? -1 : 12;
      return site.client.start("import", { instanceId, input: { rows: [{ id: "r-1", price }] } });
    }));
    await Promise.all(ids.map((id) => site.client.result(id, { waitMs: 20_000 })));
    await (await fetch(site.url)).text(); // looks at the queue
    move(HOUR_MS / STEPS_PER_HOUR);
  }
}

if (import.meta.main) {
  let behindMs = HOUR_MS;
  const clock: Clock = { nowMs: () => Date.now() - behindMs, sleep: systemClock.sleep };
  const site = await openSite({ clock, sessionTimeoutMs: HOUR_MS });
  const browser = await openChromium();
  try {
    for (const definition of [ORDER, IMPORT]) await site.client.register(definition);
    await passAnHour(site, (ms) => behindMs -= ms);
    await populate(site);
    for (const { name, path, whole, ...options } of SHOTS) {
      const { page, context } = await openTab(browser, site, options);
      await page.goto(path);
      await page.locator("#live-state.live, main:not([data-live])").first().waitFor({ timeout: 5_000 }).catch(() => {});
      await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: whole ?? false });
      await context.close();
      console.log(`${name}.png`);
    }
  } finally {
    await browser.close();
    await site.close();
  }
}
