/** Several engines on one store, in real time: on the store in memory, and on FoundationDB where there is one. */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { Engine } from "../engine/engine.ts";
import type { HandOut } from "../engine/scheduler/dispatcher.ts";
import { FdbStore } from "../engine/store/fdb_store.ts";
import { MemoryStore } from "../engine/store/memory_store.ts";
import type { Store } from "../engine/store/store.ts";
import { type FdbCluster, findFdb, startFdb } from "../engine/store/testing/fdb_server.ts";
import { compileCode } from "../shared/code/compile.ts";
import { parseDefinition } from "../shared/definition/parse.ts";
import type { JsonObject } from "../shared/json.ts";
import { chain } from "./fixture/engine_fixture.ts";

/** So long that on the busiest machine only what hangs takes it: for calls, and for workers that send no heartbeats. */
const WAIT_MS = 60_000;

/** Engines that share what is stored; each has a store of its own to close, where the store is a server's. */
class Engines {
  readonly #openStore: () => Promise<Store>;
  readonly #opened: Engine[] = [];

  constructor(openStore: () => Promise<Store>) {
    this.#openStore = openStore;
  }

  async open(): Promise<Engine> {
    const engine = await Engine.open({ store: await this.#openStore(), sessionTimeoutMs: WAIT_MS });
    this.#opened.push(engine);
    return engine;
  }

  async closeAll(): Promise<void> {
    for (const engine of this.#opened) await engine.close();
  }
}

async function register(engine: Engine, definition: JsonObject): Promise<void> {
  const parsed = parseDefinition(definition, { compileCode });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  await engine.definitions.register(parsed.definition);
}

async function worker(engine: Engine, id: string) {
  const session = await engine.workers.register({ id, slots: 10, capabilities: ["javascript"], version: "test" });
  return {
    poll: async (at = engine): Promise<HandOut> => {
      const { tasks } = await at.tasks.poll({ id, session, slots: 10 }, AbortSignal.timeout(WAIT_MS));
      equal(tasks.length, 1, `${id} was handed ${tasks.length} tasks`);
      return tasks[0];
    },
    complete: async ({ instanceId, taskId, token }: HandOut, at = engine) => {
      const result = { kind: "output", output: id } as const;
      const completion = { instanceId, taskId, token, result, console: [], durationMs: 1 };
      deepEqual(await at.tasks.complete(id, [completion]), ["accepted"]);
    },
  };
}

function tests(name: string, openStore: () => Promise<() => Promise<Store>>): void {
  const test = (what: string, body: (engines: Engines) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, async () => {
      const engines = new Engines(await openStore());
      try {
        await body(engines);
      } finally {
        await engines.closeAll();
      }
    });

  test("what one engine queues, a worker at another runs, and whoever waits at a third is told", async (engines) => {
    const [a, b, c] = [await engines.open(), await engines.open(), await engines.open()];
    await register(a, chain("chain", 2));
    const idle = await worker(b, "w1");
    const polled = idle.poll();
    await a.instances.start({ workflow: "chain", version: 0, instanceId: "i1", input: {} });
    const ended = c.waitForEnd("i1", WAIT_MS);
    await idle.complete(await polled);
    await idle.complete(await idle.poll());
    equal((await ended).status, "completed");
    deepEqual((await a.instances.get("i1")).context, { t1: "w1", t2: "w1" });
  });

  test("a timer fires though the engine that set it has closed", async (engines) => {
    const [a, b] = [await engines.open(), await engines.open()];
    await register(a, {
      name: "later",
      initial: "waiting",
      states: { waiting: { after: [{ delayMs: 300, target: "over" }] }, over: {} },
    });
    await a.instances.start({ workflow: "later", version: 0, instanceId: "i1", input: {} });
    await a.drain();
    equal((await b.waitForEnd("i1", WAIT_MS)).state, "over");
  });

  test("a lease that one engine gave is completed at another, once", async (engines) => {
    const [a, b] = [await engines.open(), await engines.open()];
    await register(a, chain("chain", 2));
    const moving = await worker(a, "w1");
    await a.instances.start({ workflow: "chain", version: 0, instanceId: "i1", input: {} });
    const task = await moving.poll();
    await a.drain();
    await moving.complete(task, b);
    await moving.complete(task, b);
    const next = await moving.poll(b);
    equal(next.name, "t2");
    await moving.complete(next, b);
    equal((await b.instances.history("i1", 0, 100)).records.length, 3);
  });

  test("two engines that are told the same at once do it once", async (engines) => {
    const all = [await engines.open(), await engines.open()];
    await register(all[0], {
      name: "counting",
      initial: "open",
      states: {
        open: { on: { add: [{ actions: [{ set: { key: "n", expression: "has(context.n) ? context.n + 1 : 1" } }] }] } },
      },
    });
    const request = { workflow: "counting", version: 0, instanceId: "i1", input: {} };
    const started = await Promise.all(all.map((engine) => engine.instances.start(request)));
    deepEqual(started.map(({ created }) => created).sort(), [false, true]);
    const event = { instanceId: "i1", name: "add", data: null, keep: false };
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => all[index % 2].instances.send({ ...event, eventId: `e${index >> 1}` })),
    );
    equal((await all[1].instances.get("i1")).context.n, 5);
    await rejects(all[0].instances.start({ ...request, input: { other: 1 } }), { code: "ALREADY_EXISTS" });
  });
}

tests("engines on one store in memory", () => {
  const store = new MemoryStore();
  // It outlives its engines.
  const shared = new Proxy(store, {
    get: (target, key) => {
      if (key === "close") return () => Promise.resolve();
      const member: unknown = Reflect.get(target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return Promise.resolve(() => Promise.resolve(shared));
});

const target = findFdb();
if (target !== undefined) {
  let cluster: FdbCluster | undefined;
  Deno.test.beforeAll(async () => void (cluster = await startFdb(target)));
  Deno.test.afterAll(() => cluster?.stop());
  tests("engines on FoundationDB", () => {
    const prefix = `degov_test/${crypto.randomUUID().slice(0, 8)}/`;
    return Promise.resolve(() => FdbStore.open({ clusterFile: cluster!.clusterFile, prefix }));
  });
}
