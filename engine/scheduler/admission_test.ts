import { deepEqual, equal } from "node:assert/strict";
import { EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { admissionsKey } from "../keyspace.ts";

Deno.test("[I1] a retry that fails again in its very step gives its permit back", async () => {
  const fixture = await EngineFixture.open();
  try {
    await fixture.register({
      name: "one",
      initial: "s",
      limit: { max: 1 },
      states: {
        s: { on: { complete: [{ guard: "input.fails", target: "bad" }, { target: "good" }] } },
        bad: { final: "failed" },
        good: {},
      },
    });
    const { instances } = fixture.engine;
    const start = (instanceId: string, fails: boolean) =>
      instances.start({ workflow: "one", version: 0, instanceId, input: { fails } });
    equal((await start("i1", true)).instance.status, "failed");
    equal((await instances.retry("i1")).status, "failed");
    equal((await start("i2", false)).instance.status, "completed", "it need not wait");
    // A bound of which no permit is taken leaves nothing behind.
    equal(await fixture.store.transact((txn) => txn.get(admissionsKey("one", ""))), undefined);
    deepEqual(fixture.errors, []);
  } finally {
    await fixture.close();
  }
});

Deno.test("[I1] a retry in a version without a limit gives no permit back that it has not taken", async () => {
  const fixture = await EngineFixture.open();
  try {
    const work = (limit: object) => ({
      name: "one",
      initial: "s",
      ...limit,
      states: {
        s: { on: { fail: [{ target: "bad" }], finish: [{ target: "good" }] } },
        bad: { final: "failed" },
        good: {},
      },
    });
    await fixture.register(work({ limit: { max: 1 } }));
    await fixture.register(work({}));
    const { instances } = fixture.engine;
    const start = async (instanceId: string) =>
      (await instances.start({ workflow: "one", version: 1, instanceId, input: {} })).instance.phase.kind;
    equal(await start("i1"), "active");
    await instances.migrate("i1", 2);
    await instances.send({ instanceId: "i1", name: "fail", data: null, keep: false });
    equal(await start("i2"), "active");
    await instances.retry("i1"); // fails again, in the state in which it failed
    equal(await start("i3"), "waiting", "i2 has the only permit");
    deepEqual(fixture.errors, []);
  } finally {
    await fixture.close();
  }
});
