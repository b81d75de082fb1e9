import { deepEqual, equal, ok } from "node:assert/strict";
import { Engine } from "../engine/engine.ts";
import { inMemoryTransport } from "../engine/rpc/in_memory.ts";
import { MemoryStore } from "../engine/store/memory_store.ts";
import { DegovClient } from "../shared/client/client.ts";
import { VirtualClock } from "../shared/clock.ts";
import { EngineClient } from "../worker/engine_client.ts";
import { emptyPoolStats, type PoolStats } from "../shared/pool_stats.ts";
import type { Execution, Outcome, Pool } from "../worker/pool/pool.ts";
import { TaskWorker } from "../worker/task_worker.ts";

/** Long enough that no worker is done before the others are asked. */
const TASK_MS = 20;

/** Lets each task take its time by the clock, one after the other, and counts them. */
class TimedPool implements Pool {
  readonly slots = 1;
  readonly capacity = 1_000;
  executions = 0;
  readonly #clock: VirtualClock;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async execute(_: Execution): Promise<Outcome> {
    await (this.#last = this.#last.then(() => this.#clock.sleep(TASK_MS)));
    this.executions++;
    return { status: "completed", output: new Uint8Array([0x31]), console: [], durationMs: TASK_MS };
  }

  stats(): PoolStats {
    return emptyPoolStats(this.slots);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("three equal workers get 80 to 120 of 300 equal tasks each", async () => {
  // Workers are equal only where they get equal time: under one clock for all, not on a machine that others use too.
  const clock = new VirtualClock();
  const engine = await Engine.open({ store: new MemoryStore({ clock }), clock });
  const transport = inMemoryTransport(engine, { onInternalError: (what, error) => ok(false, `${what}: ${error}`) });
  const pools = ["a", "b", "c"].map(() => new TimedPool(clock));
  const workers = pools.map((pool, index) =>
    new TaskWorker({
      workerId: `w${index}`,
      client: new EngineClient(transport),
      pool,
      prefetch: 128,
      pollIntervalMs: 100,
      heartbeatIntervalMs: 1_500,
      drainMs: 0,
      clock,
    })
  );
  const working = workers.map((worker) => worker.run());
  try {
    const client = new DegovClient({ transport });
    await client.register({
      name: "equal",
      initial: "s",
      states: { s: { enter: [{ task: { name: "t", code: "1" } }] } },
    });
    let ended = 0;
    const results = Promise.all(Array.from({ length: 300 }, async () => {
      equal((await client.start("equal", { waitMs: 600_000 })).status, "completed");
      ended++;
    }));
    while (ended < 300) await clock.advance(TASK_MS);
    await results;
    const shares = pools.map(({ executions }) => executions);
    deepEqual(shares.reduce((sum, share) => sum + share), 300);
    for (const share of shares) ok(share >= 80 && share <= 120, JSON.stringify(shares));
  } finally {
    for (const worker of workers) worker.stop();
    await clock.advance(0);
    await Promise.all(working);
    const closing = engine.close();
    await clock.advance(0);
    await closing;
  }
});
