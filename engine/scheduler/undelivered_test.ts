/** Messages between instances whose delivery fails by a fault that does not pass. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { inMemoryTransport } from "../rpc/in_memory.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { instanceKey, undeliveredRange } from "../keyspace.ts";
import { EngineMetrics } from "../signals/metrics.ts";
import { expireInstances } from "../maintenance/retention.ts";
import { DELIVERY_TRIES_MAX } from "./firing_trouble.ts";

const BROKEN = new TextEncoder().encode("{broken");
/** More than all pauses between the tries. */
const LONG_MS = 300_000;

const SENDER = {
  name: "sender",
  initial: "sending",
  states: {
    sending: {
      enter: [
        { send: { event: "first", to: "'bad'", keep: true } },
        { send: { event: "second", to: "'good'", keep: true } },
      ],
      on: { stop: "over" },
    },
    over: {},
  },
};
const PARENT = {
  name: "parent",
  initial: "waiting",
  states: {
    waiting: { enter: [{ start: "part", workflow: "one", id: "'child'" }], on: { complete: "over" } },
    over: {},
  },
};

async function open(test: (fixture: EngineFixture) => Promise<void>): Promise<void> {
  const fixture = await EngineFixture.open();
  try {
    for (const definition of [SENDER, PARENT, chain("one", 1)]) await fixture.register(definition);
    await test(fixture);
  } finally {
    await fixture.close();
  }
}

/** Damages a stored instance, as no program of ours would: whatever is put to it fails. Returns what mends it. */
async function damage(fixture: EngineFixture, instanceId: string): Promise<() => Promise<void>> {
  const key = instanceKey(instanceId);
  const whole = (await fixture.store.transact((txn) => txn.get(key)))!;
  const write = (value: Uint8Array) => fixture.store.transact((txn) => Promise.resolve(txn.set(key, value)));
  await write(BROKEN);
  return () => write(whole);
}

Deno.test("[O4] a message that cannot be delivered is set aside after its tries, told to its sender, and holds nothing up", () =>
  open(async (fixture) => {
    const { engine, clock } = fixture;
    for (const id of ["bad", "good"]) await fixture.start("one", id);
    const mend = await damage(fixture, "bad");
    await fixture.start("sender", "s");
    await clock.advance(5_000);
    equal((await engine.instances.get("good")).kept.length, 0, "it waits for the one before it");
    await fixture.start("sender", "other", {});
    await clock.advance(LONG_MS);

    deepEqual((await engine.instances.get("good")).kept.map(({ name }) => name), ["second", "second"]);
    const tries = fixture.errors.filter((text) => text.startsWith('fire timer "message:1" of instance "s"'));
    equal(tries.length, DELIVERY_TRIES_MAX);
    ok(fixture.errors.some((text) => /deliver message 1 of instance "s", which is given up after 8 tries/.test(text)));
    ok((await fixture.kinds("s")).includes("undelivered"));
    const client = new DegovClient({ transport: inMemoryTransport(engine, { onInternalError: () => {} }) });
    const { summary, undelivered } = await client.explain("s");
    match(summary, /Instance "s" was to send event "first" to "bad", which was given up at 2026.*JSON/);
    equal(undelivered.length, 1);
    match(await new EngineMetrics().scrape(engine), /^degov_undelivered_messages 2$/m);

    await mend();
    await engine.instances.send({ instanceId: "s", name: "stop", data: null, keep: false });
    await engine.instances.cancel("other", "");
    clock.jump(1_000);
    equal(await expireInstances(fixture.store, { retainMs: 1, nowMs: clock.nowMs() }), 2);
    const { begin, end } = undeliveredRange();
    equal((await fixture.store.transact((txn) => txn.range(begin, end, { limit: 10 }))).length, 0);
  }));

Deno.test("a parent that a child's end could not be told to says so", () =>
  open(async (fixture) => {
    const { engine, clock } = fixture;
    const worker = await fixture.worker("w");
    await fixture.start("parent", "p");
    await clock.advance(1_000);
    const { tasks: [task] } = await worker.poll();
    const mend = await damage(fixture, "p");
    await worker.complete(task);
    await clock.advance(LONG_MS);
    await mend();
    const { summary, undelivered } = await engine.explain("p");
    match(summary, /Instance "child" was to tell "p" of its end, which was given up/);
    deepEqual(undelivered.map(({ from, about }) => [from, about]), [["child", "end"]]);
  }));

Deno.test("[T1] a store that is away for long costs no message", () =>
  open(async (fixture) => {
    await fixture.start("one", "good");
    await fixture.start("one", "bad");
    const { store } = fixture;
    const transact = store.transact.bind(store);
    await fixture.start("sender", "s");
    const { DegovError } = await import("../../shared/errors.ts");
    store.transact = () => Promise.reject(new DegovError("UNAVAILABLE", "the store is away"));
    await fixture.clock.advance(60_000);
    store.transact = transact;
    await fixture.clock.advance(2_000);
    deepEqual((await fixture.engine.instances.get("bad")).kept.map(({ name }) => name), ["first"]);
  }));
