/** One definition: started, and its versions compared. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { browserTests, says } from "./browser_tests.ts";
import { ORDER } from "./sample_workflows.ts";

const browserTest = browserTests();

browserTest("an instance is started from the form of its input schema", async ({ page }, site) => {
  await page.goto(`/definitions/${ORDER.name}?version=1`);
  const form = page.locator("#start form");
  await form.getByLabel("Customer").fill("Form & Sons");
  await form.getByLabel("amount").fill("0");
  await form.getByRole("button", { name: /Start/ }).click();
  await says(page.getByRole("alert"), /at least 1/);
  equal(await form.getByLabel("Customer").inputValue(), "Form & Sons");
  await form.getByLabel("amount").fill("17.5");
  await form.getByLabel("express").selectOption("true");
  await form.getByLabel("items").fill("[1, 2]");
  await form.getByLabel(/Instance id/).fill("order-form");
  await form.getByRole("button", { name: /Start/ }).click();
  await page.getByText("The instance was started.").waitFor();
  deepEqual((await site.client.get("order-form")).input, {
    customer: "Form & Sons",
    amount: 17.5,
    currency: "EUR",
    express: true,
    items: [1, 2],
  });
}, { complaintsAllowed: /status of 400/ });

browserTest("versions are compared", async ({ page }) => {
  await page.goto("/definitions/order");
  await page.getByLabel(/Compare version/).selectOption("1");
  await page.locator(".diff .added", { hasText: "thanking" }).first().waitFor();
  ok(await page.locator(".diff .removed").count() > 0);
});

browserTest("a steps workflow is shown as it was written, beside the states made of it", async ({ page }) => {
  await page.goto("/definitions/report");
  const source = page.getByRole("group", { name: "Steps, as written" });
  await says(source, /# Every Monday[\s\S]*- id: gather[\s\S]*Both regions, side by side/);
  await says(page.locator("svg.states"), /gather/);
  await page.getByRole("link", { name: "At set times" }).click();
  equal(await page.getByLabel("Workflow").inputValue(), "report");
});
