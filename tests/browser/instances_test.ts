/** The list: found, and acted on together. */

import { deepEqual, equal } from "node:assert/strict";
import { readBulk } from "../../engine/dashboard/bulk/bulk_request.ts";
import { progressPage } from "../../engine/dashboard/bulk/progress.tsx";
import { assert } from "../../shared/errors.ts";
import { violationsOf } from "./accessibility.ts";
import { browserTests, says, startRelay } from "./browser_tests.ts";

const browserTest = browserTests();

browserTest("many are cancelled at once, after a confirmation", async ({ page }, site) => {
  for (const id of ["bulk-1", "bulk-2", "bulk-3"]) await startRelay(site, id);
  await page.goto("/instances?workflow=relay&text=bulk-");
  await page.getByLabel("Choose bulk-1").check();
  await page.getByLabel("Choose bulk-3").check();
  await page.getByText("2 chosen").waitFor();
  await page.locator("#bulk-action").selectOption("cancel");
  await page.getByRole("button", { name: "the chosen" }).click();
  await page.getByRole("heading", { name: "Cancel 2 instances?" }).waitFor();
  deepEqual(await violationsOf(page), []);
  equal((await site.client.get("bulk-1")).status, "running");
  await page.getByRole("button", { name: "Cancel 2 instances" }).click();
  await page.getByText("2 instances were cancelled.").waitFor();
  equal(await page.getByLabel(/anywhere in id/).inputValue(), "bulk-", "the filter is kept");
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
  await page.getByLabel(/anywhere in id/).fill("HOPPER");
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

browserTest("all that match are cancelled, page by page, and not what was started since", async ({ page }, site) => {
  const ids = Array.from({ length: 130 }, (_, index) => `many-${index}`);
  await Promise.all(ids.map((id) => startRelay(site, id)));
  await page.goto("/instances?text=many-");
  await says(page.locator("nav.pager"), /50 found in \d+ looked at, newest first/);
  await page.locator("#bulk-action").selectOption("retry");
  await page.getByRole("button", { name: "all that match the filter" }).click();
  await page.getByText("No failed instance matches the filter.").waitFor();
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.goto("/instances?text=many-");
  await page.locator("#bulk-action").selectOption("cancel");
  await page.getByRole("button", { name: "all that match the filter" }).click();
  await page.getByRole("heading", { name: "Cancel 130 instances?" }).waitFor();
  await page.getByText(/All that are running, of every workflow, started before .* that hold the text “many-”\./)
    .waitFor();
  deepEqual(await violationsOf(page), []);
  await startRelay(site, "many-late");
  await page.getByLabel(/Reason/).fill("Spring cleaning");
  await page.getByRole("button", { name: "Cancel 130 instances" }).click();
  await page.getByText("130 instances were cancelled.").waitFor();
  equal((await site.client.get("many-late")).status, "running");
  await page.goto("/instances/many-7");
  await says(page.locator("#history"), /Cancelled: Spring cleaning/);
});

browserTest(
  "a bulk action that one post does not end shows how far it is, and goes on by itself",
  async ({ page }, site) => {
    const ids = ["slow-1", "slow-2"];
    for (const id of ids) await startRelay(site, id);
    // The first post is answered as by an engine whose time for it is over before it has done anything.
    const request = readBulk(new URLSearchParams({ scope: "all", action: "pause", text: "slow-" }), Date.now());
    assert(request.scope.kind === "all", "as asked");
    const { query, progress } = request.scope;
    const cursor = { createdAtMs: Date.now() + 1, instanceId: "" };
    const body = String(await progressPage(request, query, { ...progress, total: 2, cursor }));
    await page.route("**/instances/bulk/apply/pause", (route) => route.fulfill({ contentType: "text/html", body }), {
      times: 1,
    });
    await page.goto("/instances?text=slow-");
    await page.locator("#bulk-action").selectOption("pause");
    await page.getByRole("button", { name: "all that match the filter" }).click();
    await page.getByRole("button", { name: "Pause 2 instances" }).click();
    await page.getByText("2 instances were paused.").waitFor();
    for (const id of ids) await site.client.resume(id);
  },
);
