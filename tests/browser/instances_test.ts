/** The list: found, and acted on together. */

import { deepEqual, equal } from "node:assert/strict";
import { violationsOf } from "./accessibility.ts";
import { browserTests, startRelay } from "./browser_tests.ts";

const browserTest = browserTests();

browserTest("many are cancelled at once, after a confirmation", async ({ page }, site) => {
  for (const id of ["bulk-1", "bulk-2", "bulk-3"]) await startRelay(site, id);
  await page.goto("/instances?workflow=relay&text=bulk-");
  await page.getByLabel("Choose bulk-1").check();
  await page.getByLabel("Choose bulk-3").check();
  await page.getByText("2 chosen").waitFor();
  await page.locator("#bulk-action").selectOption("cancel");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Cancel 2 instances?" }).waitFor();
  deepEqual(await violationsOf(page), []);
  equal((await site.client.get("bulk-1")).status, "running");
  await page.getByRole("button", { name: "Cancel 2 instances" }).click();
  await page.getByText("2 instances were cancelled.").waitFor();
  const statuses = await Promise.all(["bulk-1", "bulk-2", "bulk-3"].map((id) => site.client.get(id)));
  deepEqual(statuses.map(({ status }) => status), ["cancelled", "running", "cancelled"]);
});

browserTest("instances are found by id, text, status and time", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("/");
  await page.keyboard.type("order-1007");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "order", exact: true }).waitFor();
  await page.goto("/instances");
  await page.getByLabel(/any text/).fill("HOPPER");
  await page.keyboard.press("Enter");
  await page.waitForURL(/text=HOPPER/);
  await page.getByText("order-1002").waitFor();
  equal(await page.getByRole("link", { name: "order-1001" }).count(), 0);
  await page.goto("/instances?from=2020-01-01T00:00&to=2020-01-02T00:00");
  await page.getByText("No instance matches").waitFor();
  await page.goto("/instances?status=failed");
  await page.getByRole("link", { name: "import-7" }).waitFor();
  equal(await page.locator("tbody .status.running").count(), 0);
});
