/**
 * Makes the pictures of the dashboard that the documentation shows.
 *
 * Run: deno task screenshots [FOLDER]
 */

import { join } from "node:path";
import { populate } from "./sample_instances.ts";
import { openChromium, openSite, openTab } from "./site_fixture.ts";

const FOLDER = Deno.args[0] ?? join(import.meta.dirname!, "../../docs");

interface Shot {
  name: string;
  path: string;
  dark?: boolean;
  width?: number;
  height?: number;
  /** Before the picture is taken. */
  ready?: string;
  whole?: boolean;
}

const SHOTS: readonly Shot[] = [
  { name: "dashboard-overview", path: "/" },
  { name: "dashboard-instances", path: "/instances" },
  { name: "dashboard-instance", path: "/instances/order-1007", whole: true },
  { name: "dashboard-instance-dark", path: "/instances/order-1007", dark: true },
  { name: "dashboard-failure", path: "/instances/import-7", height: 1100 },
  { name: "dashboard-definition", path: "/definitions/order?version=2&against=1", whole: true },
  { name: "dashboard-workers", path: "/workers", height: 560 },
  { name: "dashboard-narrow", path: "/instances/order-1007", dark: true, width: 400, height: 860 },
];

if (import.meta.main) {
  const site = await openSite();
  const browser = await openChromium();
  try {
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
