/**
 * The dashboard in Chromium, on a real engine with a real worker.
 *
 * Every tab notes console errors, exceptions and requests to other places; each test ends by asserting that there were
 * none but those it says it causes. Waiting is for conditions, with Playwright's own timeout as the bound.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import type { Browser, Locator, Page } from "npm:playwright-core@1.65.1";
import { violationsOf } from "./accessibility.ts";
import { populate } from "./sample_instances.ts";
import { IMPORT, ORDER, STEPS } from "./sample_workflows.ts";
import { openChromium, openSite, openTab, type Site, type Tab, type TabOptions } from "./site_fixture.ts";

let shared: Promise<{ site: Site; browser: Browser }> | undefined;

/** One engine and one browser for all tests of this file; each test has its own profile and instances. */
function open(): Promise<{ site: Site; browser: Browser }> {
  return shared ??= (async () => {
    const [site, browser] = await Promise.all([openSite(), openChromium()]);
    await populate(site);
    return { site, browser };
  })();
}

Deno.test.afterAll(async () => {
  if (shared === undefined) return;
  const { site, browser } = await shared;
  await browser.close();
  await site.close();
});

function browserTest(name: string, body: (tab: Tab, site: Site) => Promise<void>, options: TabOptions = {}): void {
  Deno.test(name, async () => {
    const { site, browser } = await open();
    const tab = await openTab(browser, site, options);
    try {
      await body(tab, site);
      deepEqual(tab.complaints, []);
    } finally {
      await tab.context.close();
    }
  });
}

/** Waits until a part of the page says this. */
async function says(part: Locator, text: RegExp): Promise<void> {
  await part.filter({ hasText: text }).waitFor();
}

/** Waits until the page follows the engine. */
async function live(page: Page): Promise<void> {
  await page.locator("#live-state.live").waitFor();
}

async function startRelay(site: Site, instanceId: string): Promise<void> {
  await site.client.start(STEPS.name as string, { instanceId });
}

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
      for (const details of await page.locator("details").all()) {
        await details.evaluate("(element) => element.open = true");
      }
      deepEqual({ path, violations: await violationsOf(page) }, { path, violations: [] });
      const overflow = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      deepEqual({ path, overflow }, { path, overflow: 0 }, `${path} is wider than the window by ${overflow}`);
    }
    // That there is no such instance is what the last page says, with its status.
  }, { ...options, complaintsAllowed: /status of 404/ });
}

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

browserTest("a form that was begun is left alone while the page is live", async ({ page }, site) => {
  await startRelay(site, "relay-form");
  await page.goto("/instances/relay-form");
  await live(page);
  await page.locator("#event-data").fill("[1, 2");
  await site.client.send("relay-form", "next");
  await page.locator("[data-state]", { hasText: "second" }).waitFor();
  equal(await page.locator("#event-data").inputValue(), "[1, 2");
});

browserTest("without scripts the pages and actions work", async ({ page }, site) => {
  await startRelay(site, "relay-plain");
  await page.goto("/instances/relay-plain");
  await page.getByRole("button", { name: "Send event" }).click();
  await page.getByText("The event was taken.").waitFor();
  await page.getByRole("link", { name: "#1", exact: true }).click();
  await says(page.locator("body"), /"sequence":1/);
}, { javaScript: false });

browserTest("names and payloads of a hostile author stay text", async ({ page }, site) => {
  const evil = '"><script>globalThis.owned = true</script><img src=x onerror="globalThis.owned = true">';
  await site.client.register({
    name: "hostile",
    description: evil,
    initial: "open",
    states: {
      open: {
        description: evil,
        enter: [{ log: evil }, {
          task: "t",
          retry: false,
          code: `console.log(input.text); throw new Error(input.text);`,
        }],
        on: {
          complete: "shut",
          error: [{ target: "shut", guard: "context.text != '</title><script>globalThis.owned = true</script>'" }],
        },
      },
      shut: { on: { go: { target: "end" } } },
      end: { final: true },
    },
  });
  const instanceId = "<script>globalThis.owned=1</script>\"'";
  await site.client.start("hostile", { instanceId, input: { text: evil, "</pre><script>": [evil] } });
  await page.goto(`/instances/${encodeURIComponent(instanceId)}`);
  await page.locator("[data-state]", { hasText: "shut" }).waitFor();
  await says(page.locator("#history"), /onerror/);
  for (
    const path of ["/instances", "/definitions/hostile", "/definitions", `/instances?text=${encodeURIComponent(evil)}`]
  ) {
    await page.goto(path);
  }
  equal(await page.evaluate("globalThis.owned"), undefined);
});

browserTest("a page of another origin can do nothing", async ({ page }, site) => {
  await startRelay(site, "relay-foreign");
  const attacker = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () =>
    new Response(
      `<form method="post" action="${site.url}/instances/relay-foreign/cancel"><button>Win</button></form>`,
      { headers: { "content-type": "text/html" } },
    ));
  try {
    // Another port of the same host is the same site, so that cookies would be sent: another origin nevertheless.
    await page.goto(`http://127.0.0.1:${attacker.addr.port}/`);
    const [response] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/cancel")),
      page.getByRole("button").click(),
    ]);
    equal(response.status(), 403);
    equal((await site.client.get("relay-foreign")).status, "running");
  } finally {
    await attacker.shutdown();
  }
}, { foreignAllowed: true, complaintsAllowed: /status of 403/ });
