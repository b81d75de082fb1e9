/** Calls whose answer was lost on its way, and that the client made again: done once. */

import { deepEqual, equal } from "node:assert/strict";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { inMemoryTransport } from "./in_memory.ts";

/** Loses the answer of the next call of each method that it is told of, once `meanwhile` has happened. */
function losing(transport: Transport, lost: Map<string, () => Promise<unknown>>): Transport {
  return {
    stream: (...call) => transport.stream(...call),
    unary: async (method, ...call) => {
      const answer = await transport.unary(method, ...call);
      const meanwhile = lost.get(method.name);
      if (meanwhile === undefined) return answer;
      lost.delete(method.name);
      await meanwhile();
      throw new ConnectError("the connection broke", Code.Unavailable);
    },
  };
}

async function open(
  test: (
    client: DegovClient,
    fixture: EngineFixture,
    lose: (method: string, meanwhile: () => Promise<unknown>) => void,
  ) => Promise<void>,
): Promise<void> {
  const fixture = await EngineFixture.open();
  try {
    const lost = new Map<string, () => Promise<unknown>>();
    const transport = inMemoryTransport(fixture.engine, { onInternalError: () => {} });
    const client = new DegovClient({ transport: losing(transport, lost) });
    await test(client, fixture, (method, meanwhile) => lost.set(method, meanwhile));
  } finally {
    await fixture.close();
  }
}

Deno.test("a retry that is repeated after its instance has failed again retries nothing", () =>
  open(async (client, fixture, lose) => {
    await fixture.register(chain("one", 1));
    const worker = await fixture.worker("w1");
    const failOnce = async () => worker.fail((await worker.poll()).tasks[0], "BROKEN", { retryable: false });
    await fixture.start("one", "i1");
    await failOnce();
    lose("RetryInstance", failOnce);
    equal((await client.retry("i1")).status, "failed");
    lose("BulkOperate", failOnce);
    for await (const { refusals } of client.bulk({}, { kind: "retry" })) deepEqual(refusals, []);
    equal((await client.get("i1")).status, "failed");
    equal((await fixture.kinds("i1")).filter((kind) => kind === "retried").length, 2);
  }));

Deno.test("a pause that is repeated after somebody has resumed the instance pauses nothing", () =>
  open(async (client, fixture, lose) => {
    await fixture.register(chain("one", 1));
    await fixture.start("one", "i1");
    lose("PauseInstance", () => fixture.engine.instances.resume("i1"));
    equal((await client.pause("i1")).paused, undefined);
    lose("ResumeInstance", () => fixture.engine.instances.pause("i1", "again"));
    await fixture.engine.instances.pause("i1", "");
    equal((await client.resume("i1")).paused, true);
  }));

Deno.test("a schedule that is triggered by a repeated call starts one instance", () =>
  open(async (client, fixture, lose) => {
    await fixture.register(chain("one", 1));
    await client.createSchedule("s", { cron: "@daily", workflow: "one" });
    lose("TriggerSchedule", () => Promise.resolve());
    const id = await client.triggerSchedule("s");
    deepEqual((await fixture.engine.search.page({}, 10)).instances.map((instance) => instance.id), [id]);
    equal((await client.schedule("s")).started, 1);
  }));
