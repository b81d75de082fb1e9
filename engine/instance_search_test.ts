import { deepEqual, equal, ok } from "node:assert/strict";
import { chain, EngineFixture } from "../tests/fixture/engine_fixture.ts";
import { type InstanceFilter, InstanceSearch } from "./instance_search.ts";
import type { ListCursor } from "./instances.ts";

async function ten(): Promise<EngineFixture> {
  const fixture = await EngineFixture.open();
  await fixture.register(chain("one", 1));
  await fixture.register(chain("two", 1));
  for (let index = 0; index < 10; index++) {
    await fixture.start(index % 2 === 0 ? "one" : "two", `id-${index}`, { value: `Value ${index}` });
    await fixture.clock.advance(1_000);
  }
  return fixture;
}

async function ids(fixture: EngineFixture, filter: InstanceFilter, limit = 50, cursor?: ListCursor) {
  const { instances } = await fixture.engine.search.page(filter, limit, cursor);
  return instances.map(({ id }) => id.slice(3)).join("");
}

Deno.test("InstanceSearch finds by workflow, status, time and text, newest first", async () => {
  const fixture = await ten();
  const startMs = fixture.engine.nowMs() - 10_000;
  await fixture.engine.instances.cancel("id-4", "enough");
  equal(await ids(fixture, {}), "9876543210");
  equal(await ids(fixture, { workflow: "two" }), "97531");
  equal(await ids(fixture, { status: "cancelled" }), "4");
  equal(await ids(fixture, { status: "running", workflow: "one" }), "8620");
  equal(await ids(fixture, { fromMs: startMs + 3_000, beforeMs: startMs + 6_000 }), "543");
  equal(await ids(fixture, { text: "vaLUE 7" }), "7");
  equal(await ids(fixture, { text: "value", workflow: "two" }), "97531");
  equal(await ids(fixture, { text: "nowhere" }), "");
  await fixture.close();
});

Deno.test("[Q2] pages stay as they are while instances start", async () => {
  for (const filter of [{}, { text: "value" }]) {
    const fixture = await ten();
    const first = await fixture.engine.search.page(filter, 4);
    deepEqual(first.instances.map(({ id }) => id), ["id-9", "id-8", "id-7", "id-6"]);
    await fixture.start("one", "late", { value: "x" });
    equal(await ids(fixture, filter, 4, first.next), "5432");
    const last = await fixture.engine.search.page(filter, 10, { createdAtMs: first.next!.createdAtMs, instanceId: "" });
    equal(last.instances.length, 6);
    equal(last.next, undefined);
    await fixture.close();
  }
});

Deno.test("[Q1] a search that finds too little says how far it got, and goes on from there", async () => {
  const fixture = await EngineFixture.open();
  await fixture.register(chain("one", 1));
  for (let index = 0; index < 1_200; index++) await fixture.start("one", `id-${index}`, { value: index });
  let calls = 0;
  // Every look at this clock finds 200 ms gone.
  const search = new InstanceSearch(fixture.store, { nowMs: () => 200 * calls++, sleep: () => Promise.resolve() });
  const first = await search.page({ text: '"value":7}' }, 50);
  ok(first.isPartial && first.scanned < 1_200, `scanned ${first.scanned}`);
  let { next, instances } = first;
  while (next !== undefined) {
    const page = await search.page({ text: '"value":7}' }, 50, next);
    instances = [...instances, ...page.instances];
    next = page.next;
  }
  deepEqual(instances.map(({ id }) => id), ["id-7"]);
  await fixture.close();
});

Deno.test("[Q3] counts follow every change of status, for each workflow and in all", async () => {
  const fixture = await ten();
  const worker = await fixture.worker("w1");
  const { tasks } = await worker.poll();
  const one = tasks.filter(({ workflow }) => workflow === "one");
  await worker.complete(one[0], 1);
  await worker.fail(one[1], "BAD", { retryable: false });
  await fixture.engine.instances.retry(one[1].instanceId);
  await fixture.engine.instances.cancel(one[2].instanceId, "");
  const { all, byWorkflow } = await fixture.engine.search.counts();
  deepEqual([all.running, all.completed, all.failed, all.cancelled], [8, 1, 0, 1]);
  equal(byWorkflow.get("two")!.running, 5);
  equal(byWorkflow.get("one")!.completed, 1);
  await fixture.close();
});

Deno.test("InstanceSearch.byIdPrefix() finds ids by how they begin", async () => {
  const fixture = await ten();
  await fixture.start("one", "id-33", { value: 1 });
  deepEqual((await fixture.engine.search.byIdPrefix("id-3", 10)).map(({ id }) => id), ["id-3", "id-33"]);
  deepEqual(await fixture.engine.search.byIdPrefix("zz", 10), []);
  await fixture.close();
});
