/** Authors and pages that mean harm. */

import { equal } from "node:assert/strict";
import { browserTests, says, startRelay } from "./browser_tests.ts";

const browserTest = browserTests();

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
