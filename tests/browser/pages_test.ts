/** Every page, looked at with axe, and what belongs to no one page. */

import { deepEqual, equal } from "node:assert/strict";
import { violationsOf } from "./accessibility.ts";
import { browserTests, live, says, startRelay } from "./browser_tests.ts";
import type { TabOptions } from "./site_fixture.ts";

const browserTest = browserTests();

const PAGES = [
  "/",
  "/instances",
  "/instances?status=failed&workflow=import",
  "/instances?text=no-such-text",
  "/instances/order-1007",
  "/instances/order-1001",
  "/instances/import-7",
  "/definitions",
  "/definitions/order?version=2&against=1",
  "/definitions/import",
  "/definitions/claims",
  "/instances/claims-1",
  "/definitions/report",
  "/schedules",
  "/schedules/weekly-report",
  "/schedules/nightly-import",
  "/workers",
  "/instances/there-is-none",
];

for (
  const [name, options] of [
    ["light", {}],
    ["dark", { dark: true }],
    ["narrow", { width: 390, height: 800 }],
  ] as [string, TabOptions][]
) {
  browserTest(`every page has no accessibility violation (${name})`, async ({ page }) => {
    for (const path of PAGES) {
      await page.goto(path);
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      deepEqual({ path, violations: await violationsOf(page) }, { path, violations: [] });
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      deepEqual({ path, overflow }, { path, overflow: 0 }, `${path} is wider than the window by ${overflow}`);
    }
    // That there is no such instance is what the last page says, with its status.
  }, { ...options, complaintsAllowed: /status of 404/ });
}

browserTest("workers are seen coming, busy and gone", async ({ page }, site) => {
  await page.goto("/workers");
  await live(page);
  await page.locator("#workers td", { hasText: "worker-1" }).waitFor();
  const stop = await site.work("worker-2");
  await page.locator("#workers td", { hasText: "worker-2" }).waitFor();
  await stop();
  await page.locator("#workers td", { hasText: "worker-2" }).waitFor({ state: "detached" });
  await says(page.locator("#engines"), /this one/);
});

browserTest("the overview says first what is wrong", async ({ page }) => {
  await page.goto("/");
  await says(page.locator("#concerns"), /instances that ended in the last 10 minutes failed/);
  await page.locator("#concerns a[href='/instances?status=failed']").click();
  await page.getByRole("link", { name: "import-7" }).waitFor();
});

browserTest("everything is reached by the keyboard", async ({ page }) => {
  await page.goto("/instances");
  await page.keyboard.press("Tab");
  equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
  await page.keyboard.press("Enter");
  equal(await page.evaluate("document.activeElement.id"), "main");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const href = await page.evaluate("document.activeElement.getAttribute('href')") as string;
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${href}`);
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await page.getByRole("heading", { name: "Workers and engines" }).waitFor();
});

browserTest("without scripts the pages and actions work", async ({ page }, site) => {
  await startRelay(site, "relay-plain");
  await page.goto("/instances/relay-plain");
  await page.getByRole("button", { name: "Send event" }).click();
  await page.getByText("The event was taken.").waitFor();
  await page.getByRole("link", { name: "#1", exact: true }).click();
  await says(page.locator("body"), /"sequence":1/);
}, { javaScript: false });
