/** Parts of an instance on a store that is calm, and on one that runs every transaction again. */

import { deepEqual, equal } from "node:assert/strict";
import type { JsonObject } from "../shared/json.ts";
import { check } from "../tests/fixture/check_engine.ts";
import type { EngineFixture } from "../tests/fixture/engine_fixture.ts";

const LETTING: JsonObject = {
  id: "letting",
  limit: 1,
  timeout: "10d",
  inputSchema: { type: "object", required: ["rent"] },
  output: { by: "context.by", score: "context.score" },
  steps: [
    {
      id: "look",
      type: {
        parallel: [
          {
            id: "landlord",
            steps: [{ id: "ask", type: { act: { actions: ["complete", "error"], outputs: ["by"] } } }],
          },
          { id: "references", steps: [{ id: "collect", type: { script: "({ score: 5 })" } }] },
        ],
      },
    },
  ],
};

/** Lets messages and timers that are due arrive, the answers to them too. */
async function deliver(fixture: EngineFixture): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await fixture.clock.advance(250);
}

async function send(fixture: EngineFixture, name: string, data: JsonObject): Promise<void> {
  await fixture.engine.instances.send({ instanceId: "l", name, data, keep: false });
  await deliver(fixture);
}

async function begun(fixture: EngineFixture): Promise<void> {
  await fixture.register(LETTING);
  await fixture.start("letting", "l", { rent: 900 });
  await deliver(fixture);
}

check("parts run beside one another within a limit of one instance, and come together", async (fixture) => {
  await begun(fixture);
  const worker = await fixture.worker("w1");
  const { tasks: [collect] } = await worker.poll();
  deepEqual([collect.instanceId, collect.name], ["l.2", "collect"]);
  await worker.complete(collect, { score: 5 });
  await deliver(fixture);
  equal((await fixture.engine.instances.get("l.2")).status, "completed");
  deepEqual(await fixture.kinds("l.1"), ["started", "forked", "stateEntered"]);
  await send(fixture, "ask.complete", { by: "ann" });
  const { status, output } = await fixture.engine.instances.get("l");
  deepEqual([status, output], ["completed", { by: "ann", score: 5 }]);
  await fixture.start("letting", "next", { rent: 1 });
  await deliver(fixture);
  equal((await fixture.engine.instances.get("next")).state, "look", "the permit is free again, once");
  await fixture.start("letting", "third", { rent: 1 });
  equal((await fixture.engine.instances.get("third")).phase.kind, "waiting");
});

check("a part's own failure ends its parent with its code, and the part beside it", async (fixture) => {
  await begun(fixture);
  await send(fixture, "ask.error", { code: "REFUSED", message: "not to you" });
  const { status, failure, state } = await fixture.engine.instances.get("l");
  deepEqual([status, failure?.code, state], ["failed", "REFUSED", "look"]);
  equal((await fixture.engine.instances.get("l.2")).status, "cancelled");
  await fixture.engine.instances.retry("l");
  await deliver(fixture);
  equal((await fixture.engine.instances.get("l")).status, "running", "all parts begin again");
  const running = (await fixture.engine.explain("l")).waits.flatMap((wait) => wait.kind === "child" ? [wait.name] : []);
  deepEqual(running.sort(), ["landlord", "references"]);
});

check("cancelling an instance cancels its parts", async (fixture) => {
  await begun(fixture);
  await fixture.engine.instances.cancel("l", "enough");
  await deliver(fixture);
  for (const part of ["l.1", "l.2"]) equal((await fixture.engine.instances.get(part)).status, "cancelled");
});
