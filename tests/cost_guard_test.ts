/**
 * What a step of a workflow costs, counted: RPCs, commits, reads, writes and bytes. No clock decides here; whoever makes
 * a step dearer changes a number in this file and says why.
 */

import { deepEqual, equal, ok } from "node:assert/strict";
import type { StoreStats } from "../engine/store/store.ts";
import { Engine } from "../engine/engine.ts";
import { inMemoryTransport } from "../engine/rpc/in_memory.ts";
import { MemoryStore } from "../engine/store/memory_store.ts";
import { DegovClient } from "../shared/client/client.ts";
import { VirtualClock } from "../shared/clock.ts";
import type { JsonObject } from "../shared/json.ts";
import { EngineClient } from "../worker/engine_client.ts";
import { emptyPoolStats, type PoolStats } from "../shared/pool_stats.ts";
import type { Execution, Outcome, Pool } from "../worker/pool/pool.ts";
import { TaskWorker } from "../worker/task_worker.ts";
import { EngineFixture } from "./fixture/engine_fixture.ts";

/** States one after another; each task's output takes the place of the one before, so that all steps are alike. */
function alike(states: number): JsonObject {
  const entries = Array.from({ length: states }, (_, index): [string, JsonObject] => {
    const next: JsonObject = index + 1 < states ? { on: { complete: [{ target: `s${index + 1}` }] } } : {};
    return [`s${index}`, { enter: [{ task: { name: "value", code: "input.value * 2" } }], ...next }];
  });
  return { name: "alike", initial: "s0", states: Object.fromEntries(entries) };
}

/** What the store did for an instance that one worker ran from start to end, by counter. */
async function costOfInstance(states: number): Promise<StoreStats> {
  const fixture = await EngineFixture.open();
  try {
    await fixture.register(alike(states));
    const worker = await fixture.worker("w1");
    await worker.poll(); // listens from now on
    const before = fixture.store.stats();
    await fixture.start("alike", "instance-of-22-letters", { value: 1 });
    for (let state = 0; state < states; state++) await worker.complete((await worker.poll()).tasks[0], 1);
    return combine(fixture.store.stats(), before, (after, start) => after - start);
  } finally {
    await fixture.close();
  }
}

/** What one step in the middle costs: the difference between long and short instances, shared by the steps between. */
async function costOfStep(): Promise<StoreStats> {
  const [long, short] = [await costOfInstance(9), await costOfInstance(4)];
  return combine(long, short, (one, other) => (one - other) / 5);
}

function combine(left: StoreStats, right: StoreStats, by: (left: number, right: number) => number): StoreStats {
  const names = Object.keys(left) as (keyof StoreStats)[];
  return Object.fromEntries(names.map((name) => [name, by(left[name], right[name])])) as unknown as StoreStats;
}

Deno.test("a step costs one commit, two reads and six writes", async () => {
  const { commits, retries, reads, writes } = await costOfStep();
  // Read: the task and the instance. Written: the instance, a history record, the task that ended and its lease, the
  // next task and its lease.
  deepEqual({ commits, retries, reads, writes }, { commits: 1, retries: 0, reads: 2, writes: 6 });
});

Deno.test("a step writes at most 1,600 bytes beside its payload", async () => {
  const { bytesWritten } = await costOfStep();
  ok(bytesWritten <= 1_600, `a step writes ${bytesWritten} bytes`);
});

Deno.test("a start and an end cost one commit and eleven writes beside the steps", async () => {
  const step = await costOfStep();
  const whole = await costOfInstance(4);
  const rest = combine(whole, step, (all, one) => all - 4 * one);
  // Written: the instance and its first history record; two index entries and a count, and those again when it ends,
  // the old ones taken away; the first task and its lease, less those that the last step does not make.
  deepEqual({ commits: rest.commits, writes: rest.writes }, { commits: 1, writes: 11 });
});

/** Answers every execution with a number, a turn later; what is counted is the traffic with the engine. */
class PromptPool implements Pool {
  readonly slots = 2;
  readonly capacity = 1_000;
  async execute(_: Execution): Promise<Outcome> {
    await Promise.resolve();
    return { status: "completed", output: new Uint8Array([0x31]), console: [], durationMs: 0.1 };
  }
  stats(): PoolStats {
    return emptyPoolStats(this.slots);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Calls and commits for so many instances of ten steps at once, per step. */
async function costOfLoad(instancesAtOnce: number): Promise<{ workerRpcs: number; commits: number }> {
  const states = 10;
  // Time stands still, so that nothing is counted that an engine does from time to time.
  const clock = new VirtualClock();
  const engine = await Engine.open({ store: new MemoryStore({ clock }), clock });
  const transport = inMemoryTransport(engine, { onInternalError: () => {} });
  const client = new DegovClient({ transport });
  const worker = new TaskWorker({
    workerId: "w1",
    client: new EngineClient(transport),
    pool: new PromptPool(),
    prefetch: 200,
    pollIntervalMs: 100,
    heartbeatIntervalMs: 60_000,
    drainMs: 0,
    clock,
  });
  const working = worker.run();
  try {
    await client.register(alike(states));
    await client.start("alike", { input: { value: 1 }, waitMs: 60_000 }); // the code is fetched, a poll is waiting
    const before = engine.counters();
    await Promise.all(
      Array.from({ length: instancesAtOnce }, () => client.start("alike", { input: { value: 1 }, waitMs: 60_000 })),
    );
    const after = engine.counters();
    const calls = (method: string) => (after.rpcs[method] ?? 0) - (before.rpcs[method] ?? 0);
    equal(calls("StartInstance"), instancesAtOnce);
    const steps = instancesAtOnce * states;
    return {
      workerRpcs: (calls("PollTasks") + calls("CompleteTasks")) / steps,
      commits: (after.store.commits - before.store.commits) / steps,
    };
  } finally {
    worker.stop();
    await working;
    const closing = engine.close();
    await clock.advance(0);
    await closing;
  }
}

Deno.test("64 instances at once take at most one call of the worker and 1.2 commits for a step", async () => {
  const { workerRpcs, commits } = await costOfLoad(64);
  ok(workerRpcs <= 1, `${workerRpcs} calls a step`);
  ok(commits <= 1.2, `${commits} commits a step`);
});

Deno.test("one instance alone takes one call of the worker for a step: its report brings the next task", async () => {
  const { workerRpcs, commits } = await costOfLoad(1);
  ok(workerRpcs <= 1.1, `${workerRpcs} calls a step`);
  ok(commits <= 1.1, `${commits} commits a step`);
});
