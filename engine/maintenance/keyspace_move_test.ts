import { deepEqual, equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { VirtualClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { Engine } from "../engine.ts";
import { ALL_KEYS, engineKey, formatKey } from "../keyspace.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { openStore } from "../store/open_store.ts";
import type { Store } from "../store/store.ts";
import { exportKeyspace } from "./keyspace_export.ts";
import { importKeyspace } from "./keyspace_import.ts";

const INSTANCES = 250;

/** A store with instances in every state of life, whose engine has stopped. */
async function used(clock: VirtualClock): Promise<Store> {
  const store = new MemoryStore({ clock });
  const fixture = await EngineFixture.open({ store, clock });
  await fixture.register(chain("chain", 2));
  await fixture.register({
    name: "later",
    initial: "a",
    states: { a: { after: [{ delayMs: 60_000, target: "b" }] }, b: {} },
  });
  const worker = await fixture.worker("w1", { slots: 5 });
  for (let index = 0; index < INSTANCES; index++) await fixture.start("chain", `i${index}`, { index });
  await fixture.start("later", "timer");
  await fixture.start("chain", "large", { text: "x".repeat(300_000) });
  for (const task of (await worker.poll()).tasks) await worker.complete(task, "done");
  const draining = fixture.engine.drain();
  await clock.advance(0);
  await draining;
  return store;
}

async function content(store: Store): Promise<Map<string, string>> {
  const pairs = await store.transact((txn) => txn.range(ALL_KEYS.begin, ALL_KEYS.end, { limit: 10_000 }));
  return new Map(pairs.map(({ key, value }) => [key.toHex(), value.toHex()]));
}

async function linesOf(store: Store, options: Parameters<typeof exportKeyspace>[1] = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of exportKeyspace(store, options)) lines.push(...page);
  return lines;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

Deno.test("a keyspace moves from memory to SQLite and back, and its instances go on where they were", async () => {
  const clock = new VirtualClock();
  const source = await used(clock);
  const folder = await Deno.makeTempDir({ prefix: "degov-move-" });
  const file = await openStore(`sqlite:${join(folder, "moved.db")}`);
  try {
    await importKeyspace(file, each(await linesOf(source)));
    deepEqual(await content(file), await content(source));
    const back = new MemoryStore({ clock });
    await importKeyspace(back, each(await linesOf(file)));
    deepEqual(await content(back), await content(source));

    const fixture = await EngineFixture.open({ store: back, clock });
    const worker = await fixture.worker("w2", { slots: 1_000 });
    await clock.advance(61_000); // the old worker is lost, the timer is due
    await fixture.engine.workers.heartbeat(worker.id, worker.session, []).catch(() => {});
    equal((await fixture.engine.instances.get("timer")).state, "b");
    equal((await fixture.engine.instances.get("large")).context.text, "x".repeat(300_000));
    await fixture.close();
  } finally {
    await file.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("[X2] [I1] an export and an import that broke off are resumed", async () => {
  const source = await used(new VirtualClock());
  const whole = await linesOf(source);
  const first = whole.slice(0, 101); // the header, and 100 pairs
  const rest = await linesOf(source, { after: { line: first.at(-1)!, pairs: 100 } });
  deepEqual([...first, ...rest], whole);

  const target = new MemoryStore();
  await rejects(importKeyspace(target, each(first)), { code: "INVALID_ARGUMENT", message: /without its last line/ });
  async function* breaking() {
    yield* whole.slice(0, 1_500);
    throw new DegovError("UNAVAILABLE", "the file is gone");
  }
  await rejects(importKeyspace(target, breaking()), { code: "UNAVAILABLE" });
  equal((await content(target)).size, 1_001, "one batch, and how far it has come");
  equal(await importKeyspace(target, each(whole)), whole.length - 2);
  deepEqual(await content(target), await content(source));
});

Deno.test("[I2] no engine uses a store whose import has not ended, and no import goes into a store that is used", async () => {
  const source = await used(new VirtualClock());
  const whole = await linesOf(source);
  const target = new MemoryStore();
  await rejects(importKeyspace(target, each(whole.slice(0, 50))));
  await rejects(Engine.open({ store: target }), { code: "FAILED_PRECONDITION", message: /an import into it/ });
  await rejects(importKeyspace(source, each(whole)), { code: "FAILED_PRECONDITION", message: /is not empty/ });
  await rejects(importKeyspace(new MemoryStore(), each(["hello"])), { code: "INVALID_ARGUMENT" });
  await rejects(importKeyspace(new MemoryStore(), each(['{"degov":"keyspace","format":99}'])), {
    code: "FAILED_PRECONDITION",
  });
});

Deno.test("[X1] an export is refused while an engine is alive, not after it has died", async () => {
  const clock = new VirtualClock();
  const store = await used(clock);
  const fixture = await EngineFixture.open({ store, clock });
  const refused = rejects(linesOf(store, { clock }), { code: "FAILED_PRECONDITION", message: /engines use it/ });
  await clock.advance(5_000);
  await refused;
  await store.transact((txn) => Promise.resolve(txn.set(engineKey("dead"), new TextEncoder().encode("{}"))));
  const draining = fixture.engine.drain();
  await clock.advance(0);
  await draining;
  const lines = linesOf(store, { clock });
  await clock.advance(10_000);
  equal((await lines).length > 100, true);
});

Deno.test("an engine refuses a keyspace of a newer format", async () => {
  const store = new MemoryStore();
  await store.transact((txn) => Promise.resolve(txn.set(formatKey(), new TextEncoder().encode("2"))));
  await rejects(Engine.open({ store }), {
    code: "FAILED_PRECONDITION",
    message: /it has format 2 and this engine knows up to 1/,
  });
});
