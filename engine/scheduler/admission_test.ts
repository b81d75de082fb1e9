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
