import { deepEqual, equal, ok } from "node:assert/strict";
import { shardOf, SHARDS } from "../../engine/keyspace.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import { compileCode } from "../../shared/code/compile.ts";
import { parseDefinition } from "../../shared/definition/parse.ts";
import { SeededRandom } from "../../shared/random.ts";
import { chain } from "../fixture/engine_fixture.ts";
import { EngineNode } from "./engine_node.ts";
import { withSeededGlobals } from "./globals.ts";
import { Journal } from "./journal.ts";
import { Network } from "./network.ts";
import { Shadow } from "./shadow.ts";
import type { SimulatedTime } from "./simulated_time.ts";
import { WorkerNode } from "./worker_node.ts";

/** What the death of an engine may cost an instance. */
const PAUSE_MS_MAX = 5_000;
const INSTANCES = 200;
const STATES = 8;

/** Two engines and two workers on one store, each worker at an engine of its own at first. */
class Cluster {
  readonly time: SimulatedTime;
  readonly store: MemoryStore;
  readonly engines: EngineNode[];
  readonly workers: WorkerNode[];
  readonly shadow = new Shadow();
  /** True times of each instance's steps. */
  readonly steps = new Map<string, number[]>();
  /** Tasks by the worker that completed them. */
  readonly shares = new Map<string, number>();

  constructor(time: SimulatedTime, seed: number) {
    this.time = time;
    this.store = new MemoryStore({ clock: time, random: new SeededRandom(seed) });
    this.#observe();
    const onError = () => {};
    this.engines = ["engine1", "engine2"].map((name) =>
      new EngineNode({ name, time, store: this.store, seed, skewMs: 0, onError })
    );
    const network = new Network(time, new SeededRandom(seed));
    const common = { time, network, engines: () => this.engines, plans: new Map(), journal: new Journal(), slots: 2 };
    this.workers = [0, 1].map((index) => new WorkerNode({ ...common, name: `worker${index}`, seed: 2 * seed + index }));
  }

  /** Starts instances now at the one engine and now at the other. */
  async load(): Promise<void> {
    await this.time.run(this.time.trueMs + 3_000); // the engines know of each other
    const parsed = parseDefinition(chain("chain", STATES), { compileCode });
    ok(parsed.ok);
    const registered = this.engines[0].engine!.definitions.register(parsed.definition);
    await this.time.run(this.time.trueMs + 1);
    await registered;
    for (let index = 0; index < INSTANCES; index++) {
      const { engine } = this.engines[index % 2];
      const started = engine!.instances.start({ workflow: "chain", version: 0, instanceId: `i${index}`, input: {} });
      await this.time.run(this.time.trueMs + 5);
      await started;
    }
  }

  get ended(): number {
    return [...this.shadow.instances.values()].filter(({ instance }) => instance?.status === "completed").length;
  }

  #observe(): void {
    const { versions } = this.store;
    const commit = versions.commit.bind(versions);
    versions.commit = (txn) => {
      const result = commit(txn);
      if (typeof result === "string") return result;
      const writes = result.chains.map(({ key }, index) => ({ key, value: result.entries[index].value }));
      for (
        const { shadow, records } of this.shadow.apply({ writes, clears: result.clears }, this.time.trueMs).instances
      ) {
        if (records.length === 0) continue;
        const steps = this.steps.get(shadow.id) ?? [];
        steps.push(this.time.trueMs);
        this.steps.set(shadow.id, steps);
        for (const entry of records.flatMap(({ entries }) => entries)) {
          if (entry.kind !== "taskCompleted") continue;
          this.shares.set(entry.workerId!, (this.shares.get(entry.workerId!) ?? 0) + 1);
        }
      }
      return result;
    };
  }
}

Deno.test("two engines and two workers on one store share the work", async () => {
  await withSeededGlobals(1, async (time) => {
    const cluster = new Cluster(time, 1);
    await cluster.load();
    await time.run(time.trueMs + 120_000, () => cluster.ended === INSTANCES);
    equal(cluster.ended, INSTANCES);
    const shares = [...cluster.shares.values()];
    equal(shares.length, 2);
    for (const share of shares) ok(share > INSTANCES * STATES * 0.3, `shares are ${shares}`);
  });
});

for (const seed of [1, 2, 3]) {
  Deno.test(`an engine killed in mid-load costs no instance, and none more than 5 s (seed ${seed})`, async () => {
    await withSeededGlobals(seed, async (time) => {
      const cluster = new Cluster(time, seed);
      await cluster.load();
      ok(cluster.ended < INSTANCES / 2, `${cluster.ended} instances have ended already`);
      const killedMs = time.trueMs;
      cluster.engines[0].node.kill();
      cluster.engines.splice(0, 1);
      await time.run(killedMs + PAUSE_MS_MAX);
      const goneOn = new Set(
        [...cluster.steps].flatMap(([id, steps]) => steps.at(-1)! > killedMs ? [shardOf(id)] : []),
      );
      equal(goneOn.size, SHARDS, `within 5 s of the kill only shards ${[...goneOn]} went on`);
      const leftOver = [...cluster.shadow.instances.values()].flatMap(({ id, tasks }) =>
        [...tasks.values()].flatMap((task) => task.status === "leased" && task.grantedAtMs <= killedMs ? [id] : [])
      );
      deepEqual(leftOver, [], "these held a lease of the dead engine, and nobody has taken it back");
      await time.run(time.trueMs + 120_000, () => cluster.ended === INSTANCES);
      equal(cluster.ended, INSTANCES);
      equal(cluster.workers.every(({ node }) => !node.isDead), true);
    });
  });
}
