/**
 * Tests in Chromium, on a real engine with a real worker: one of each for all tests of a file.
 *
 * Every tab notes console errors, exceptions and requests to other places; each test ends by asserting that there were
 * none but those it says it causes. Waiting is for conditions, with Playwright's own timeout as the bound.
 */

import { deepEqual } from "node:assert/strict";
import type { Browser, Locator, Page } from "npm:playwright-core@1.65.1";
import { populate } from "./sample_instances.ts";
import { STEPS } from "./sample_workflows.ts";
import { openChromium, openSite, openTab, type Site, type Tab, type TabOptions } from "./site_fixture.ts";

export type BrowserTest = (
  name: string,
  body: (tab: Tab, site: Site) => Promise<void>,
  options?: TabOptions,
) => void;

/** Declares tests of a file; each has its own browser profile, and names its own instances. */
export function browserTests(): BrowserTest {
  let shared: Promise<{ site: Site; browser: Browser }> | undefined;
  const open = () =>
    shared ??= (async () => {
      const [site, browser] = await Promise.all([openSite(), openChromium()]);
      await populate(site);
      return { site, browser };
    })();
  Deno.test.afterAll(async () => {
    if (shared === undefined) return;
    const { site, browser } = await shared;
    await browser.close();
    await site.close();
  });
  return (name, body, options = {}) =>
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
export async function says(part: Locator, text: RegExp): Promise<void> {
  await part.filter({ hasText: text }).waitFor();
}

/** Waits until the page follows the engine. */
export async function live(page: Page): Promise<void> {
  await page.locator("#live-state.live").waitFor();
}

export async function startRelay(site: Site, instanceId: string): Promise<void> {
  await site.client.start(STEPS.name as string, { instanceId });
}
