import { deepEqual, equal, ok } from "node:assert/strict";
import { chain } from "../../tests/fixture/engine_fixture.ts";
import { VirtualClock } from "../../shared/clock.ts";
import { compileCode } from "../../shared/code/compile.ts";
import { parseDefinition } from "../../shared/definition/parse.ts";
import { SeededRandom } from "../../shared/random.ts";
import { ownerOf } from "../cluster/shard_owner.ts";
import { Engine } from "../engine.ts";
import { shardOf } from "../keyspace.ts";
import { MemoryStore } from "../store/memory_store.ts";
import type { HandOut } from "./dispatcher.ts";

const IDS = ["a", "b"];

/** Engines "a" and "b", which know each other, on one store. */
async function open() {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock, random: new SeededRandom(1) });
  const errors: string[] = [];
  const onError = (what: string, error: unknown) => void errors.push(`${what}: ${error}`);
  const [a, b] = await Promise.all(
    IDS.map((id) => Engine.open({ id, store, clock, random: new SeededRandom(1), sessionTimeoutMs: 60_000, onError })),
  );
  await clock.advance(4_000);
  const parsed = parseDefinition(chain("one", 1), { compileCode });
  ok(parsed.ok);
  await a.definitions.register(parsed.definition);
  const start = (engine: Engine, instanceId: string) =>
    engine.instances.start({ workflow: "one", version: 0, instanceId, input: {} });
  const close = async () => {
    const draining = Promise.all([a.drain(), b.drain()]);
    await clock.advance(0);
    await draining;
    deepEqual(errors, []);
  };
  return { clock, a, b, start, close };
}

async function worker(engine: Engine, clock: VirtualClock, slots: number) {
  const session = await engine.workers.register({ id: "w", slots, capabilities: ["javascript"], version: "test" });
  return {
    /** Waits for what is there, and what is told of, for a time. */
    poll: async (ms: number): Promise<HandOut[]> => {
      const over = new AbortController();
      const answer = engine.tasks.poll({ id: "w", session, slots }, over.signal);
      await clock.advance(ms);
      over.abort();
      return (await answer).tasks;
    },
    complete: async ({ instanceId, taskId, token }: HandOut) => {
      const result = { kind: "output", output: null } as const;
      await engine.tasks.complete("w", [{ instanceId, taskId, token, result, console: [], durationMs: 1 }]);
    },
  };
}

Deno.test("[B3] an idle engine hears of another's tasks at once in its own shards, and soon in the other's", async () => {
  const { clock, a, b, start, close } = await open();
  const idle = await worker(b, clock, 100);
  await idle.poll(10);
  const ids = Array.from({ length: 20 }, (_, index) => `i${index}`);
  for (const id of ids) await start(a, id);
  const own = ids.filter((id) => ownerOf(shardOf(id), IDS) === "b");
  const collect = async (ms: number) => {
    const tasks: HandOut[] = [];
    for (let passed = 0; passed < ms; passed += 5) tasks.push(...await idle.poll(5));
    return tasks;
  };
  const told = await collect(50);
  deepEqual(told.map(({ instanceId }) => instanceId).sort(), [...own].sort());
  ok(own.length > 0 && own.length < ids.length);
  const stolen = await collect(200);
  equal(told.length + stolen.length, ids.length);
  await close();
});

Deno.test("[B2] a shard whose engine has no workers does not wait until the others are empty", async () => {
  const { clock, a, b, start, close } = await open();
  const ids = Array.from({ length: 40 }, (_, index) => `i${index}`);
  for (const id of ids) await start(a, id);
  const only = await worker(b, clock, 1);
  const owners: string[] = [];
  while (owners.length < ids.length) {
    for (const task of await only.poll(10)) {
      owners.push(ownerOf(shardOf(task.instanceId), IDS)!);
      await only.complete(task);
    }
  }
  const own = owners.filter((owner) => owner === "b").length;
  const firstOther = owners.indexOf("a");
  ok(firstOther < own - 1, `the first of the other's tasks was the ${firstOther + 1}th, and ${own} were its own`);
  await close();
});
