import { deepEqual, equal, rejects } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { ALL_KEYS, encodeJson, messageKey } from "../keyspace.ts";
import type { Instance } from "../machine/instance.ts";
import { collectCode } from "./code_collection.ts";
import { expireInstances } from "./retention.ts";

const DAY_MS = 24 * 3_600_000;

async function keys(fixture: EngineFixture): Promise<string[]> {
  const pairs = await fixture.store.transact((txn) => txn.range(ALL_KEYS.begin, ALL_KEYS.end, { limit: 10_000 }));
  return pairs.map(({ key }) => key.toHex());
}

async function open(test: (fixture: EngineFixture) => Promise<void>): Promise<void> {
  const fixture = await EngineFixture.open();
  try {
    await test(fixture);
  } finally {
    await fixture.close();
  }
}

/** Moves the time without the background's work of all the time between. */
async function later(fixture: EngineFixture, ms: number): Promise<void> {
  fixture.clock.jump(ms);
  await fixture.clock.advance(0);
}

Deno.test("[N1] expireInstances() deletes what ended long enough ago, and nothing of it is left", () =>
  open(async (fixture) => {
    await fixture.register(chain("chain", 2));
    const before = await keys(fixture);
    const large = "x".repeat(250_000);
    await fixture.start("chain", "old", { large });
    await fixture.engine.instances.send({ instanceId: "old", name: "e", data: 1, eventId: "e1", keep: true })
      .catch(() => {});
    await fixture.engine.instances.cancel("old", "");
    await later(fixture, DAY_MS);
    await fixture.start("chain", "running", {});
    await fixture.start("chain", "young", {});
    await fixture.engine.instances.cancel("young", "");
    const nowMs = fixture.clock.nowMs();
    equal(await expireInstances(fixture.store, { retainMs: DAY_MS / 2, nowMs }), 1);
    await rejects(fixture.engine.instances.get("old"), { code: "NOT_FOUND" });
    equal((await fixture.engine.instances.get("young")).status, "cancelled");
    equal((await fixture.engine.instances.get("running")).status, "running");
    await fixture.engine.instances.cancel("running", "");
    equal(await expireInstances(fixture.store, { retainMs: 0, nowMs }), 2);
    // Counters stay, at zero.
    const left = (await keys(fixture)).filter((key) => !before.includes(key));
    deepEqual(left.filter((key) => !key.startsWith("026e00")), []);
  }));

Deno.test("[N1] a failed instance that is retried while it is exported stays", () =>
  open(async (fixture) => {
    await fixture.register(chain("one", 1));
    const worker = await fixture.worker("w1");
    await fixture.start("one", "i1");
    await worker.fail((await worker.poll()).tasks[0], "BROKEN", { retryable: false });
    equal((await fixture.engine.instances.get("i1")).status, "failed");
    const deleted = await expireInstances(fixture.store, {
      retainMs: 0,
      nowMs: fixture.clock.nowMs(),
      exportTo: async (lines) => {
        if (lines.some((line) => line.startsWith('{"instance"'))) await fixture.engine.instances.retry("i1");
      },
    });
    equal(deleted, 0);
    equal((await fixture.engine.instances.get("i1")).status, "running");
  }));

Deno.test("an instance whose messages to others are not delivered yet stays until they are", () =>
  open(async (fixture) => {
    await fixture.register(chain("chain", 1));
    await fixture.start("chain", "i1");
    await fixture.engine.instances.cancel("i1", "");
    const message = messageKey("i1", 1);
    await fixture.store.transact((txn) => Promise.resolve(txn.set(message, encodeJson({}))));
    const expire = () => expireInstances(fixture.store, { retainMs: 0, nowMs: fixture.clock.nowMs() });
    equal(await expire(), 0);
    await fixture.store.transact((txn) => Promise.resolve(txn.clear(message)));
    equal(await expire(), 1);
  }));

Deno.test("[N2] instances and histories are exported before they are deleted, and a failed export deletes nothing", () =>
  open(async (fixture) => {
    await fixture.register(chain("chain", 1));
    for (const id of ["a", "b"]) {
      await fixture.start("chain", id, { id });
      await fixture.engine.instances.cancel(id, "over");
    }
    const nowMs = fixture.clock.nowMs();
    const full = () => Promise.reject(new Error("the disk is full"));
    await rejects(expireInstances(fixture.store, { retainMs: 0, nowMs, exportTo: full }), /the disk is full/);
    equal((await fixture.engine.instances.get("a")).status, "cancelled");
    const lines: string[] = [];
    const exportTo = (more: readonly string[]) => Promise.resolve(void lines.push(...more));
    equal(await expireInstances(fixture.store, { retainMs: 0, nowMs, exportTo }), 2);
    const parsed = lines.map((line) => JSON.parse(line));
    const instances = parsed.flatMap(({ instance }) => instance === undefined ? [] : [instance as Instance]);
    deepEqual(instances.map(({ id }) => id).sort(), ["a", "b"]);
    deepEqual(parsed.filter(({ instanceId }) => instanceId === "a").map(({ record }) => record.sequence), [1, 2]);
  }));

Deno.test("[G1] collectCode() deletes code that nothing refers to, and keeps what a registration needs meanwhile", () =>
  open(async (fixture) => {
    const { codeKey } = await import("../keyspace.ts");
    await fixture.register(chain("chain", 1));
    await fixture.store.transact((txn) =>
      Promise.resolve(txn.set(codeKey("orphan"), encodeJson({ kind: "script", body: "1" })))
    );
    const before = await keys(fixture);
    equal(await collectCode(fixture.store), 1);
    equal(await collectCode(fixture.store), 0);
    const gone = before.filter((key) => key === codeKey("orphan").toHex());
    equal(gone.length, 1);
    equal((await keys(fixture)).includes(gone[0]), false);
    const worker = await fixture.worker("w1");
    await fixture.start("chain", "i1");
    const { tasks: [task] } = await worker.poll();
    equal((await fixture.engine.definitions.code(task.codeHash)).length > 0, true);
  }));
