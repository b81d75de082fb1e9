/** Pages follow the engine without a reload, and leave alone what their reader does. */

import { equal } from "node:assert/strict";
import { browserTests, live, says, startRelay } from "./browser_tests.ts";

const browserTest = browserTests();

browserTest("an instance is seen moving without a reload", async ({ page }, site) => {
  await startRelay(site, "relay-moving");
  await page.goto("/instances/relay-moving");
  await live(page);
  await page.evaluate("globalThis.isSamePage = true");
  for (const state of ["second", "third", "fourth"]) {
    await site.client.send("relay-moving", "next");
    await page.locator("[data-state]", { hasText: state }).waitFor();
    await page.locator("svg.states .current .name", { hasText: state }).waitFor();
    await says(page.locator("#waits"), /next/);
  }
  await site.client.send("relay-moving", "next");
  await page.locator("#heading .status.completed").waitFor();
  await page.getByText("Ended: no more changes").waitFor();
  equal(await page.evaluate("globalThis.isSamePage"), true);
  await says(page.locator("#announcer"), /^completed in state last$/);
});

browserTest("lists follow what starts and ends", async ({ page }, site) => {
  await page.goto("/instances?workflow=relay&status=running");
  await live(page);
  await startRelay(site, "relay-listed");
  await page.getByRole("link", { name: "relay-listed" }).waitFor();
  await site.client.cancel("relay-listed", "");
  await page.getByRole("link", { name: "relay-listed" }).waitFor({ state: "detached" });
});

browserTest("the page finds the engine again and misses nothing", async ({ page, context }, site) => {
  await startRelay(site, "relay-offline");
  await page.goto("/instances/relay-offline");
  await live(page);
  await context.setOffline(true);
  // Chromium keeps an open stream while offline; a look at the page fails, and the next one finds all.
  await site.client.send("relay-offline", "next");
  await site.client.send("relay-offline", "next");
  await context.setOffline(false);
  await site.client.send("relay-offline", "next");
  await page.locator("[data-state]", { hasText: "fourth" }).waitFor();
}, { complaintsAllowed: /ERR_INTERNET_DISCONNECTED/ });

browserTest("a form that was begun is left alone while the page is live", async ({ page }, site) => {
  await startRelay(site, "relay-form");
  await page.goto("/instances/relay-form");
  await live(page);
  await page.locator("#event-data").fill("[1, 2");
  await site.client.send("relay-form", "next");
  await page.locator("[data-state]", { hasText: "second" }).waitFor();
  equal(await page.locator("#event-data").inputValue(), "[1, 2");
});
