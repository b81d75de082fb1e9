import { deepEqual } from "node:assert/strict";
import { VirtualClock } from "../../shared/clock.ts";
import { SHARDS, wakeKey } from "../keyspace.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { ReadyWatch } from "./ready_watch.ts";

function open() {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const woken: number[] = [];
  const watch = new ReadyWatch({ store, clock, onWake: (shard) => woken.push(shard), onError: () => {} });
  const wake = async (shard: number) => {
    await store.transact((txn) => Promise.resolve(txn.add(wakeKey(shard), 1n)));
    await clock.advance(0);
  };
  /** What was told since the last question. */
  const told = async () => {
    await clock.advance(0);
    return woken.splice(0);
  };
  return { clock, store, watch, wake, told };
}

const all = Array.from({ length: SHARDS }, (_, shard) => shard);

Deno.test("[H1] every shard is told of when the watch begins, and then each time something was queued in it", async () => {
  const { watch, wake, told } = open();
  watch.set(true);
  deepEqual(await told(), all);
  await wake(3);
  deepEqual(await told(), [3]);
  await wake(3);
  await wake(7);
  deepEqual(await told(), [3, 7]);
  watch.set(false);
  await told();
});

Deno.test("nothing is watched before it is asked for, nor after it has been ended", async () => {
  const { watch, wake, told } = open();
  await wake(1);
  deepEqual(await told(), []);
  watch.set(true);
  watch.set(true);
  deepEqual(await told(), all);
  watch.set(false);
  await told();
  await wake(1);
  deepEqual(await told(), []);
  watch.set(true);
  deepEqual(await told(), all);
  watch.set(false);
});
