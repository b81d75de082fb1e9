/** A MemoryStore with every fault, on a virtual clock: callers' guarantees hold, and one seed decides everything. */

import assert from "node:assert/strict";
import { VirtualClock } from "../../shared/clock.ts";
import { DegovError } from "../../shared/errors.ts";
import { SeededRandom } from "../../shared/random.ts";
import { decodeCounter, encodeCounter } from "./counter_value.ts";
import type { MemoryFaults } from "./memory_faults.ts";
import { MemoryStore } from "./memory_store.ts";
import { bytes, text, writing } from "./store_contract.ts";
import { encodeTuple } from "./tuple.ts";

const COUNT = encodeTuple(["count"]);
const FAULTS: MemoryFaults = {
  conflict: 0.1,
  unknownCommitted: 0.1,
  unknownLost: 0.1,
  tooOld: 0.05,
  spuriousWatch: 0.1,
  readDelayMsMax: 20,
  commitDelayMsMax: 30,
};

/** Lets virtual time pass until the work is done; nothing here waits for real time. */
async function drive<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const finished = work.finally(() => isDone = true);
  finished.catch(() => {});
  // A turn of the microtask queue at a time: long enough for any chain of promises in the store.
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  while (!isDone) await clock.advance(1, settle);
  return await finished;
}

/** Increments by several clients at once, each marked so that a repetition does nothing. @returns a trace of the run. */
async function runCounters(seed: number, faults: MemoryFaults): Promise<{ count: bigint; trace: string }> {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock, random: new SeededRandom(seed), faults });
  const trace: string[] = [];
  const client = async (id: number) => {
    for (let round = 0; round < 10; round++) {
      const marker = encodeTuple(["done", id, round]);
      const runs = await store.transact(async (txn) => {
        if (await txn.get(marker) !== undefined) return "again";
        const count = decodeCounter(await txn.get(COUNT));
        txn.set(COUNT, encodeCounter(count + 1n));
        txn.set(marker, new Uint8Array());
        return "first";
      }, { timeoutMs: 600_000 });
      trace.push(`${id}.${round} ${runs} ${clock.nowMs()}`);
    }
  };
  await drive(clock, Promise.all([0, 1, 2, 3, 4].map(client)));
  store.setFaults();
  const count = decodeCounter(await store.transact((txn) => txn.get(COUNT)));
  trace.push(JSON.stringify(store.stats()));
  await store.close();
  return { count, trace: trace.join("\n") };
}

Deno.test("MemoryStore with faults: idempotent increments count exactly once, whatever the seed", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { count, trace } = await runCounters(seed, FAULTS);
    assert.equal(count, 50n, `seed ${seed}\n${trace}`);
    assert.match(trace, /again/, `seed ${seed}: a commit that was reported as unknown had committed`);
  }
});

Deno.test("MemoryStore with faults: the same seed gives the same run, another seed another", async () => {
  const [first, second, other] = [
    await runCounters(42, FAULTS),
    await runCounters(42, FAULTS),
    await runCounters(43, FAULTS),
  ];
  assert.equal(first.trace, second.trace);
  assert.notEqual(first.trace, other.trace);
});

Deno.test("MemoryStore reports an unknown commit by running the body again, committed or not", async () => {
  for (const [fault, expected] of [["unknownCommitted", 2n], ["unknownLost", 1n]] as const) {
    const store = new MemoryStore({ faults: { [fault]: 1 } });
    let runs = 0;
    await store.transact((txn) => {
      if (++runs === 2) store.setFaults();
      return Promise.resolve(txn.add(COUNT, 1n));
    });
    assert.equal(runs, 2);
    assert.equal(decodeCounter(await store.transact((txn) => txn.get(COUNT))), expected);
    await store.close();
  }
});

Deno.test("[S6] MemoryStore that is away keeps transactions until it is back, or their time is up", async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  store.setAway(true);
  const reading = store.transact((txn) => txn.get(COUNT), { timeoutMs: 60_000 });
  const writes = store.transact(writing((txn) => txn.set(COUNT, bytes("1"))), { timeoutMs: 60_000 });
  const late = store.transact(writing((txn) => txn.set(COUNT, bytes("2"))), { timeoutMs: 1_000 });
  await assert.rejects(
    drive(clock, late),
    (error) => error instanceof DegovError && error.code === "DEADLINE_EXCEEDED",
  );
  store.setAway(false);
  assert.equal(await drive(clock, reading), undefined);
  await drive(clock, writes);
  assert.equal(text(await store.transact((txn) => txn.get(COUNT))), "1", "what ran out of time never commits");
  await store.close();
});

Deno.test("MemoryStore.close() ends transactions that wait for a store that is away", async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  store.setAway(true);
  const reading = assert.rejects(store.transact((txn) => txn.get(COUNT)), /closed/);
  await store.close();
  await reading;
  assert.equal(clock.nextWakeMs(), undefined, "nothing is left sleeping");
});
