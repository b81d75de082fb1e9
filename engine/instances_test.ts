import { deepEqual, equal } from "node:assert/strict";
import { EngineFixture } from "../tests/fixture/engine_fixture.ts";

Deno.test("Instances.cancel() without compensation ends an instance at once that undoes because it was cancelled", async () => {
  const fixture = await EngineFixture.open();
  try {
    await fixture.register({
      name: "trip",
      initial: "booked",
      states: {
        booked: { on: { go: [{ target: "gone" }] }, compensate: [{ task: { name: "unbook", code: "1" } }] },
        gone: {},
      },
    });
    const { instances } = fixture.engine;
    await instances.start({ workflow: "trip", version: 0, instanceId: "i1", input: {} });
    equal((await instances.cancel("i1", "first")).phase.kind, "compensating");
    equal((await instances.cancel("i1", "again")).status, "running", "it is being cancelled already");
    equal((await instances.cancel("i1", "now", { compensate: false })).status, "cancelled");
    deepEqual(fixture.errors, []);
  } finally {
    await fixture.close();
  }
});
