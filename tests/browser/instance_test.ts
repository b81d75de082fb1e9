/** One instance: what is seen of it, and what can be done with it. */

import { deepEqual, equal } from "node:assert/strict";
import { violationsOf } from "./accessibility.ts";
import { browserTests, live, says, startRelay } from "./browser_tests.ts";
import { IMPORT } from "./sample_workflows.ts";

const browserTest = browserTests();

browserTest("an event is sent from what the state takes", async ({ page }, site) => {
  await startRelay(site, "relay-event");
  await page.goto("/instances/relay-event");
  await says(page.locator("#event-name"), /next → second/);
  await page.locator("#event-data").fill('{"by": "a test"');
  await says(page.locator("#event-data-note"), /Not JSON/);
  await page.locator("#event-data").fill('{"by": "a test"}');
  await page.getByRole("button", { name: "Send event" }).click();
  await page.getByText("The event was taken.").waitFor();
  equal((await site.client.get("relay-event")).state, "second");
  await says(page.locator("#history"), /a test/);
});

browserTest("an event that no state takes now is refused, or kept", async ({ page }, site) => {
  await site.client.start("order", { version: 1, instanceId: "order-kept", input: { customer: "K", amount: 10 } });
  await page.goto("/instances/order-kept");
  await page.locator("[data-state]", { hasText: "shipping" }).waitFor();
  await page.locator("#event-name").selectOption("approve");
  await page.locator("input[name=keep]").uncheck();
  await page.getByRole("button", { name: "Send event" }).click();
  await says(page.getByRole("alert"), /takes "delivered", "lost"/);
  equal(await page.locator("#event-name").inputValue(), "approve");
  await live(page);
  await site.client.send("order-kept", "comment", { data: { note: "page is live" }, keep: true });
  await page.locator("#history", { hasText: "page is live" }).waitFor();
  await page.locator("input[name=keep]").check();
  await page.getByRole("button", { name: "Send event" }).click();
  await page.getByText("The event is kept until a state takes it.").waitFor();
}, { complaintsAllowed: /status of 409/ });

browserTest("an instance is cancelled with a reason", async ({ page }, site) => {
  await startRelay(site, "relay-cancel");
  await page.goto("/instances/relay-cancel");
  await page.getByText("Cancel this instance").click();
  await page.locator("#reason").fill("No longer needed");
  await page.getByRole("button", { name: "Cancel instance" }).click();
  await page.getByText("The instance was cancelled.").waitFor();
  await says(page.locator("#history"), /Cancelled: No longer needed/);
  equal((await site.client.get("relay-cancel")).status, "cancelled");
});

browserTest("an instance is paused, and resumed", async ({ page }, site) => {
  await startRelay(site, "relay-pause");
  await page.goto("/instances/relay-pause");
  await page.getByText("Pause this instance").click();
  await page.locator("#pause-reason").fill("Lunch");
  await page.getByRole("button", { name: "Pause instance" }).click();
  await page.getByText("The instance is paused.").waitFor();
  await page.locator("#heading .status.paused").waitFor();
  await says(page.locator("#waits"), /paused/);
  await says(page.locator("#history"), /Paused: Lunch/);
  deepEqual(await violationsOf(page), []);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByText("The instance goes on.").waitFor();
  await site.client.send("relay-pause", "next");
  await page.locator("[data-state]", { hasText: "second" }).waitFor();
});

browserTest("an instance is forked from a point of its history", async ({ page }, site) => {
  await startRelay(site, "relay-fork");
  for (let index = 0; index < 3; index++) await site.client.send("relay-fork", "next");
  await page.goto("/instances/relay-fork");
  await page.getByText("Fork: start another").click();
  await page.locator("#fork-sequence").fill("2");
  await page.getByLabel("Id of the new instance").fill("relay-forked");
  await page.getByRole("button", { name: "Fork", exact: true }).click();
  await page.getByText("This instance was made of the other, as it was then.").waitFor();
  await says(page.locator("[data-state]"), /^second$/);
  await says(page.locator("#history"), /Forked from relay-fork after its record #2/);
  equal((await site.client.get("relay-fork")).state, "fourth");
});

browserTest("a fork begins at the record that is chosen in the history", async ({ page }, site) => {
  await startRelay(site, "relay-branch");
  for (let index = 0; index < 2; index++) await site.client.send("relay-branch", "next");
  await page.goto("/instances/relay-branch");
  await page.getByRole("link", { name: "Fork after record 2" }).click();
  await page.locator("#fork-sequence[value='2']").waitFor();
  await page.getByLabel("Id of the new instance").fill("relay-branched");
  await page.getByRole("button", { name: "Fork", exact: true }).click();
  await says(page.locator("[data-state]"), /^second$/);
});

browserTest("what an act step asks for is filled in", async ({ page }, site) => {
  const form = {
    type: "object",
    required: ["approved"],
    properties: {
      approved: { type: "boolean", title: "Is it approved?" },
      limit: { type: "integer", minimum: 1 },
    },
  };
  await site.client.register({
    id: "signing",
    steps: [
      { id: "read", type: { log: "reads it" } },
      { id: "sign", name: "Sign the contract", type: { act: { actions: ["complete", "back"], form } } },
    ],
  });
  await site.client.start("signing", { instanceId: "signing-1" });
  await page.goto("/instances/signing-1");
  await page.getByText("Sign the contract", { exact: true }).waitFor();
  deepEqual(await violationsOf(page), []);
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByText("The event was taken.").waitFor();
  await page.getByLabel("Is it approved?").selectOption("true");
  await page.getByLabel("limit").fill("5");
  await page.getByRole("button", { name: "Complete" }).click();
  await page.locator("#heading .status.completed").waitFor();
  deepEqual((await site.client.get("signing-1")).context, { sign: "complete", approved: true, limit: 5 });
});

browserTest("an instance is migrated to a newer version, unless that has not its state", async ({ page }, site) => {
  const states = { a: { on: { go: "b" } }, b: { on: { stop: "c" } }, c: { final: true } };
  await site.client.register({ name: "moving", initial: "a", states });
  for (const id of ["moving-1", "moving-2"]) await site.client.start("moving", { instanceId: id });
  await site.client.send("moving-2", "go");
  const { b: _, ...rest } = states;
  await site.client.register({ name: "moving", initial: "a", states: { ...rest, a: { on: { go: "c" } } } });

  await page.goto("/instances/moving-1");
  await page.getByText("Migrate to a newer version").click();
  deepEqual(await violationsOf(page), []);
  await page.getByRole("button", { name: "Migrate" }).click();
  await page.getByText("The instance goes on with this version of its definition.").waitFor();
  await says(page.locator("#history"), /Migrated from version 1 to 2/);
  equal((await site.client.get("moving-1")).version, 2);

  await page.goto("/instances/moving-2");
  await page.getByText("Migrate to a newer version").click();
  await page.getByText("Version 2 has no state b: not now.").waitFor();
  await page.getByRole("button", { name: "Migrate" }).click();
  await says(
    page.getByRole("alert"),
    /version 2 has no state "b"; move it when it is in a state that both versions have/,
  );
}, { complaintsAllowed: /status of 409/ });

browserTest("a failure shows the author's line, and is retried", async ({ page }, site) => {
  await site.client.start(IMPORT.name as string, {
    instanceId: "import-retry",
    input: { rows: [{ id: "x", price: -1 }] },
  });
  await site.client.result("import-retry"); // what is drawn when it has ended, is drawn once
  await page.goto("/instances/import-retry");
  await page.locator("#heading .status.failed").waitFor();
  const marked = page.locator("#failure .source .marked");
  await says(marked, /throw new Error/);
  equal(await marked.locator("th").innerText(), "7");
  await says(page.locator("#history"), /checking 1 rows/);
  equal(await page.locator("svg.states .current.failed .name").textContent(), "reading");
  equal(await page.locator("#timeline .bar-failed").count(), 2);
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByText("The instance runs again.").waitFor();
  await says(page.locator("#history"), /Retried from reading/);
});

browserTest("the context is seen as it was at any point", async ({ page }, site) => {
  await page.goto("/instances/order-1007");
  const slider = page.locator("#context-at");
  await says(page.locator("#context-value"), /"refund"/);
  await slider.focus();
  await page.keyboard.press("Home");
  await page.getByText("After record #1,").waitFor();
  const first = await page.locator("#context-value code").last().innerText();
  deepEqual(JSON.parse(first), (await site.client.get("order-1007")).input);
  await page.keyboard.press("ArrowRight");
  await page.getByText("After record #2,").waitFor();
  await says(page.locator("#context-value"), /"gross"/);
});

browserTest("the timeline is zoomed", async ({ page }) => {
  await page.goto("/instances/order-1007");
  const track = page.locator("svg.track").first();
  equal(await track.getAttribute("viewBox"), "0 0 10000 20");
  await page.getByRole("button", { name: "Zoom in" }).click();
  equal(await track.getAttribute("viewBox"), "2500 0 5000 20");
  await page.getByRole("button", { name: "Earlier" }).click();
  equal(await track.getAttribute("viewBox"), "1250 0 5000 20");
  await page.getByRole("button", { name: "Fit" }).click();
  equal(await track.getAttribute("viewBox"), "0 0 10000 20");
});
