import { deepEqual, equal } from "node:assert/strict";
import { chain, EngineFixture, SESSION_TIMEOUT_MS } from "../../tests/fixture/engine_fixture.ts";

async function twoEngines(test: (first: EngineFixture, second: EngineFixture) => Promise<void>): Promise<void> {
  const first = await EngineFixture.open();
  const second = await first.successor();
  try {
    await test(first, second);
    deepEqual([...first.errors, ...second.errors], []);
  } finally {
    const draining = second.engine.drain();
    await second.clock.advance(0);
    await draining;
    await first.close();
  }
}

Deno.test("[W4] an engine learns at a heartbeat that leases it gave were completed at another", () =>
  twoEngines(async (first, second) => {
    await first.register(chain("one", 1));
    const worker = await first.worker("w1", { slots: 2 });
    await first.start("one", "i1");
    await first.start("one", "i2");
    const { tasks } = await worker.poll();
    equal(tasks.length, 2);
    for (const task of tasks) await worker.complete(task, "done", second);
    deepEqual(first.engine.load(), [{ workerId: "w1", slots: 2, leased: 2 }]);
    await worker.heartbeat();
    deepEqual(first.engine.load(), [{ workerId: "w1", slots: 2, leased: 0 }]);
    await first.start("one", "i3");
    equal((await worker.poll()).tasks.length, 1);
  }));

Deno.test("[W4] [D1] an engine learns at a heartbeat of leases that another gave, and fills no more than what is left", () =>
  twoEngines(async (first, second) => {
    await first.register(chain("one", 1));
    const worker = await first.worker("w1", { slots: 2 });
    await worker.poll();
    await second.start("one", "i1");
    const { tasks } = await worker.poll(second);
    equal(tasks.length, 1);
    await worker.heartbeat(tasks);
    deepEqual(first.engine.load(), [{ workerId: "w1", slots: 2, leased: 1 }]);
    for (const id of ["i2", "i3", "i4"]) await first.start("one", id);
    equal((await worker.poll()).tasks.length, 1);
  }));

Deno.test("a session that another engine ended is forgotten, its place with it", () =>
  twoEngines(async (first, second) => {
    await first.worker("w1");
    await second.engine.workers.end("w1", { kind: "workerLost" });
    equal(first.engine.load().length, 1);
    await first.clock.advance(2 * SESSION_TIMEOUT_MS);
    equal(first.engine.load().length, 0);
  }));
