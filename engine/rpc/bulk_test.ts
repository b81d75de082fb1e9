import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { operateOnPage } from "../bulk.ts";
import { inMemoryTransport } from "./in_memory.ts";

Deno.test("bulkOperate() does the same to every instance of the filter, and lists who could not take it", async () => {
  const fixture = await EngineFixture.open();
  try {
    const client = new DegovClient({ transport: inMemoryTransport(fixture.engine, { onInternalError: () => {} }) });
    await fixture.register(chain("one", 1));
    await fixture.register(chain("two", 1));
    for (let index = 0; index < 250; index++) await fixture.start("one", `a${index}`);
    const betweenMs = fixture.clock.nowMs() + 10;
    await fixture.clock.advance(20);
    for (let index = 0; index < 3; index++) await fixture.start("two", `b${index}`);
    await fixture.engine.instances.cancel("b0", "early");

    const sum = async (...args: Parameters<DegovClient["bulk"]>) => {
      const total = { matched: 0, done: 0, refused: [] as string[] };
      for await (const page of client.bulk(...args)) {
        total.matched += page.matched;
        total.done += page.done;
        total.refused.push(...page.refusals.map(({ instanceId }) => instanceId));
      }
      return total;
    };
    const all = { workflow: "one" };
    deepEqual(await sum(all, { kind: "pause" }, { dryRun: true }), { matched: 250, done: 0, refused: [] });
    deepEqual(await sum(all, { kind: "pause", reason: "x" }), { matched: 250, done: 250, refused: [] });
    deepEqual(await sum({ fromMs: betweenMs }, { kind: "resume" }), { matched: 3, done: 2, refused: ["b0"] });
    const old = { status: "running", beforeMs: betweenMs } as const;
    deepEqual(await sum(old, { kind: "cancel", compensate: false }), { matched: 250, done: 250, refused: [] });
    deepEqual((await sum({ workflow: "two" }, { kind: "retry" })).refused.sort(), ["b0", "b1", "b2"]);
    equal((await client.get("a7")).status, "cancelled");
    deepEqual(await sum({ text: "A17" }, { kind: "cancel" }), { matched: 11, done: 11, refused: [] });
  } finally {
    await fixture.close();
  }
});

Deno.test("a bulk call bounded by when its dry run looked leaves alone what was started since", async () => {
  const fixture = await EngineFixture.open();
  try {
    const client = new DegovClient({ transport: inMemoryTransport(fixture.engine, { onInternalError: () => {} }) });
    await fixture.register(chain("one", 1));
    for (let index = 0; index < 3; index++) await fixture.start("one", `a${index}`);
    const filter = { workflow: "one", status: "running" } as const;
    const [{ matched, lookedAtMs }] = await Array.fromAsync(client.bulk(filter, { kind: "cancel" }, { dryRun: true }));
    await fixture.clock.advance(1);
    await fixture.start("one", "late");
    const bounded = { ...filter, beforeMs: lookedAtMs };
    const [{ done }] = await Array.fromAsync(client.bulk(bounded, { kind: "cancel" }));
    deepEqual([matched, done, (await client.get("late")).status], [3, 3, "running"]);
    const { instances } = await client.instancesPage(bounded);
    deepEqual(instances, []);
    const left = await Array.fromAsync(client.instances({ text: "LAT", fromMs: lookedAtMs }));
    deepEqual(left.map(({ id }) => id), ["late"]);
  } finally {
    await fixture.close();
  }
});

Deno.test("the service refuses a bulk call that says not what to do, and schedules that cannot be", async () => {
  const fixture = await EngineFixture.open();
  try {
    const client = new DegovClient({ transport: inMemoryTransport(fixture.engine, { onInternalError: () => {} }) });
    await fixture.register(chain("one", 1));
    const spec = { cron: "@daily", workflow: "one" };
    await rejects(client.createSchedule("with space", spec), { code: "INVALID_ARGUMENT", message: /letters, digits/ });
    await rejects(client.createSchedule("s", { ...spec, cron: "often" }), {
      message: /Cannot use the schedule "often"/,
    });
    const { spec: stored } = await client.createSchedule("s", spec);
    deepEqual(stored, {
      ...spec,
      timeZone: "UTC",
      version: 0,
      input: {},
      overlap: "skip",
      paused: false,
      catchUpWindowMs: 60_000,
    });
    match(await client.triggerSchedule("s"), /^s\./);
    const ids = [];
    for await (const { id, started } of client.schedules()) ids.push([id, started]);
    deepEqual(ids, [["s", 1]]);
    equal((await client.schedule("s")).lastInstanceId?.startsWith("s."), true);
    await client.deleteSchedule("s");
    await rejects(client.schedule("s"), { code: "NOT_FOUND" });
  } finally {
    await fixture.close();
  }
});

Deno.test("a bulk fork starts one new instance for each, and no other when it is repeated", async () => {
  const fixture = await EngineFixture.open();
  try {
    const { instances, search } = fixture.engine;
    const client = new DegovClient({ transport: inMemoryTransport(fixture.engine, { onInternalError: () => {} }) });
    await fixture.register(chain("one", 1));
    for (let index = 0; index < 3; index++) await fixture.start("one", `a${index}`, { index });
    const filter = { workflow: "one", beforeMs: fixture.clock.nowMs() + 1 };
    await fixture.clock.advance(1);
    const [page] = await Array.fromAsync(client.bulk(filter, { kind: "fork", sequence: 1 }));
    deepEqual([page.matched, page.done, page.refusals], [3, 3, []]);
    const made = (await search.page({ fromMs: filter.beforeMs }, 10)).instances;
    deepEqual(made.map(({ input }) => (input as { index: number }).index).sort(), [0, 1, 2]);

    const again = { operationId: "op1", filter, limit: 10 };
    deepEqual((await operateOnPage(fixture.engine, { kind: "fork" }, again)).done, 3);
    await instances.pause("a1", ""); // its newest record is another one now
    deepEqual((await operateOnPage(fixture.engine, { kind: "fork" }, again)).done, 3);
    equal((await search.page({}, 20)).instances.length, 9);
  } finally {
    await fixture.close();
  }
});
