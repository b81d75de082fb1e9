import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Hono } from "hono";
import { chain, EngineFixture } from "../../../tests/fixture/engine_fixture.ts";
import { addBulkRoutes } from "./bulk_routes.tsx";

/** Posts a form as a page of the dashboard does; the answer, with the form that it holds. */
async function post(hono: Hono, path: string, fields: Record<string, string> | URLSearchParams) {
  const response = await hono.request(path, {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(fields),
  });
  const html = await response.text();
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return { status: response.status, html, form: new URLSearchParams(hidden.map(([, name, value]) => [name, value])) };
}

Deno.test("a bulk action goes on from post to post until all that matched is done, and counts who refused", async () => {
  const fixture = await EngineFixture.open();
  try {
    const hono = new Hono();
    addBulkRoutes(hono, fixture.engine, { postMs: 0 });
    await fixture.register(chain("one", 1));
    for (let index = 0; index < 250; index++) await fixture.start("one", `i${index}`);
    await fixture.engine.instances.pause("i7", "early");

    const asked = await post(hono, "/instances/bulk", { scope: "all", action: "pause", workflow: "one" });
    match(asked.html, /Pause 250 instances\?/);
    await fixture.clock.advance(1);
    await fixture.start("one", "late");

    asked.form.set("reason", "Maintenance");
    const posts = [];
    let { html, form } = await post(hono, "/instances/bulk/apply/pause", asked.form);
    while (html.includes("data-continue")) {
      posts.push(form.get("matched"));
      equal(form.get("reason"), "Maintenance");
      // Sent twice, as by a reader who loads the page anew: nothing is done twice.
      const [again] = await Promise.all([
        post(hono, "/instances/bulk/apply/pause", form),
        post(hono, "/instances/bulk/apply/pause", form),
      ]);
      ({ html, form } = again);
    }
    deepEqual(posts, ["100", "200"]);
    match(html, /250 instances were paused/);
    ok((await fixture.engine.instances.get("i0")).paused);
    equal((await fixture.engine.instances.get("late")).paused, undefined);

    const { form: cancel } = await post(hono, "/instances/bulk", { scope: "all", action: "cancel", text: "i24" });
    await fixture.engine.instances.cancel("i24", "by another");
    const done = await post(hono, "/instances/bulk/apply/cancel", cancel);
    match(done.html, /10 instances were cancelled/, "those that still match");
  } finally {
    await fixture.close();
  }
});

Deno.test("a bulk form that asks for what cannot be is refused before anything is done", async () => {
  const fixture = await EngineFixture.open();
  try {
    const hono = new Hono();
    hono.onError((error, context) => context.text(error.message, 400));
    addBulkRoutes(hono, fixture.engine);
    for (
      const [fields, why] of [
        [{ action: "destroy", scope: "all" }, /there is no such action/],
        [{ action: "cancel" }, /none was chosen/],
        [{ action: "retry", scope: "all", status: "running" }, /only failed ones can take it/],
        [{ action: "retry", scope: "all", from: "yesterday" }, /Cannot list by time "yesterday"/],
      ] as [Record<string, string>, RegExp][]
    ) {
      const { status, html } = await post(hono, `/instances/bulk/apply/${fields.action}`, fields);
      equal(status, 400);
      match(html, why);
    }
    const foreign = await hono.request("/instances/bulk/apply/cancel", { method: "POST", body: new URLSearchParams() });
    equal(foreign.status, 400);
    match(await foreign.text(), /did not come from a page of this dashboard/);
  } finally {
    await fixture.close();
  }
});
