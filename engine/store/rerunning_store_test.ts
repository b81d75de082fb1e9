import assert from "node:assert/strict";
import { SeededRandom } from "../../shared/random.ts";
import { decodeCounter } from "./counter_value.ts";
import { MemoryStore } from "./memory_store.ts";
import { RerunningStore } from "./rerunning_store.ts";
import { encodeTuple } from "./tuple.ts";

const COUNT = encodeTuple(["count"]);
const DONE = encodeTuple(["done"]);

Deno.test("RerunningStore.transact() lets a body that is not idempotent show itself", async () => {
  const store = new RerunningStore(new MemoryStore(), { random: new SeededRandom(1) });
  for (let index = 0; index < 50; index++) await store.transact((txn) => Promise.resolve(txn.add(COUNT, 1n)));
  const count = decodeCounter(await store.transact((txn) => txn.get(COUNT)));
  assert.ok(count > 50n, `counted ${count}`);
  await store.close();
});

Deno.test("RerunningStore.transact() does an idempotent body's work once and gives the last run's value", async () => {
  const store = new RerunningStore(new MemoryStore(), { random: new SeededRandom(2) });
  let runs = 0;
  for (let index = 0; index < 50; index++) {
    const marker = encodeTuple(["done", index]);
    const run = await store.transact(async (txn) => {
      if (await txn.get(marker) === undefined) {
        txn.set(marker, new Uint8Array());
        txn.add(COUNT, 1n);
      }
      return ++runs;
    });
    assert.equal(run, runs);
  }
  assert.equal(decodeCounter(await store.transact((txn) => txn.get(COUNT))), 50n);
  assert.ok(store.extraRuns > 20);
  await store.close();
});

Deno.test("RerunningStore.transact() lets the body's exception through, with nothing written", async () => {
  const store = new RerunningStore(new MemoryStore(), { random: new SeededRandom(3), lost: 0.5, unknown: 0.4 });
  const error = new Error("mine");
  const failing = store.transact((txn) => {
    txn.set(DONE, new Uint8Array());
    return Promise.reject(error);
  });
  await assert.rejects(failing, (thrown) => thrown === error);
  assert.equal(await store.transact((txn) => txn.get(DONE)), undefined);
  await store.close();
});
