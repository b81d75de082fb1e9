/** The dashboard of an engine with tokens. */

import { deepEqual, equal, match } from "node:assert/strict";
import { addToken } from "../../engine/access/token_file.ts";
import { WatchedTokenFile } from "../../engine/access/token_table.ts";
import { parseDefinition } from "../../shared/definition/parse.ts";
import { assert } from "../../shared/errors.ts";
import { violationsOf } from "./accessibility.ts";
import { STEPS } from "./sample_workflows.ts";
import { openChromium, openSite, openTab } from "./site_fixture.ts";

Deno.test("with tokens a viewer logs in and looks, a client acts, and both leave", async () => {
  const folder = await Deno.makeTempDir({ prefix: "degov-login-" });
  const viewer = addToken("", { name: "eve", role: "viewer" });
  const client = addToken(viewer.text, { name: "carl", role: "client" });
  await Deno.writeTextFile(`${folder}/tokens.yaml`, client.text);
  const tokens = await WatchedTokenFile.open(`${folder}/tokens.yaml`);
  const site = await openSite({ worker: false, tokens });
  const browser = await openChromium();
  try {
    const { engine } = site.server;
    const parsed = parseDefinition(STEPS);
    assert(parsed.ok, "the sample is valid");
    await engine.definitions.register(parsed.definition);
    await engine.instances.start({ workflow: "relay", version: 0, instanceId: "kept-safe", input: {} });

    for (const { token, mayAct } of [{ ...viewer, mayAct: false }, { ...client, mayAct: true }]) {
      const { page, context, complaints } = await openTab(browser, site, { complaintsAllowed: /status of 403/ });
      await page.goto("/instances/kept-safe");
      match(page.url(), /\/login\?next=%2Finstances%2Fkept-safe$/);
      deepEqual(await violationsOf(page), []);
      await page.getByLabel("Token").fill(token);
      await page.getByRole("button", { name: "Log in" }).click();
      await page.locator("#live-state.live").waitFor();
      const before = (await engine.instances.get("kept-safe")).state;
      const [response] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === "POST"),
        page.getByRole("button", { name: "Send event" }).click(),
      ]);
      equal(response.status(), mayAct ? 303 : 403);
      equal((await engine.instances.get("kept-safe")).state !== before, mayAct);
      await page.goto("/");
      await page.getByRole("button", { name: "Log out" }).click();
      await page.getByLabel("Token").waitFor();
      await page.goto("/instances");
      await page.getByLabel("Token").waitFor();
      deepEqual(complaints, []);
      await context.close();
    }
  } finally {
    await browser.close();
    await site.close();
    await Deno.remove(folder, { recursive: true });
  }
});
