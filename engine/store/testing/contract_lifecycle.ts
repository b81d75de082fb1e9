/** Test support: bodies that fail or hang, watches, counters, closing. */

import assert from "node:assert/strict";
import { DegovError } from "../../../shared/errors.ts";
import type { Txn } from "../store.ts";
import { bytes, type ContractTest, text, writing } from "../store_contract.ts";

const hasCode = (code: string) => (error: unknown) => error instanceof DegovError && error.code === code;

export function registerLifecycleTests(test: ContractTest): void {
  test("[S4] an exception of the body passes through unchanged, and nothing is written", async ({ store, key }) => {
    for (const thrown of [new Error("mine"), new DegovError("ABORTED", "mine"), "a string", undefined]) {
      let runs = 0;
      const outcome = await store.transact((txn) => {
        runs++;
        txn.set(key("a"), bytes("1"));
        return Promise.reject(thrown);
      }).then(() => assert.fail("it committed"), (error) => error);
      assert.equal(outcome, thrown);
      assert.equal(runs, 1);
    }
    const synchronous = store.transact((txn) => {
      txn.set(key("a"), bytes("1"));
      throw new RangeError("at once");
    });
    await assert.rejects(synchronous, RangeError);
    assert.equal(await store.transact((txn) => txn.get(key("a"))), undefined);
  });

  test("[S6] a body that never ends is given up after the timeout, and cannot commit later", async ({ store, key }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let hung: Txn | undefined;
    const hanging = store.transact(async (txn) => {
      hung = txn;
      txn.set(key("late"), bytes("1"));
      await promise;
    }, { timeoutMs: 50 });
    await assert.rejects(hanging, hasCode("DEADLINE_EXCEEDED"));
    resolve();
    assert.throws(() => hung!.set(key("late"), bytes("2")));
    await store.transact(writing((txn) => txn.set(key("other"), bytes("1"))));
    assert.equal(await store.transact((txn) => txn.get(key("late"))), undefined);
  });

  test("[S6] a body that conflicts for ever is given up after the timeout", async ({ store, other, key }) => {
    const conflicting = store.transact(async (txn) => {
      await txn.get(key("a"));
      await other.transact(writing((txn) => txn.add(key("a"), 1n)));
      txn.set(key("b"), bytes("1"));
    }, { timeoutMs: 200 });
    await assert.rejects(conflicting, hasCode("DEADLINE_EXCEEDED"));
    assert.equal(await store.transact((txn) => txn.get(key("b"))), undefined);
  });

  test("a transaction cannot be used after its body has ended", async ({ store, key }) => {
    let kept: Txn | undefined;
    await store.transact((txn) => Promise.resolve(void (kept = txn)));
    await assert.rejects(kept!.get(key("a")), /only inside its body/);
    await assert.rejects(kept!.range(key("a"), key("b"), { limit: 1 }), /only inside its body/);
    assert.throws(() => kept!.set(key("a"), bytes("1")), /only inside its body/);
    assert.throws(() => kept!.addReadConflict(key("a")), /only inside its body/);
  });

  test("Store.watch() notices a set, a clear, a cleared range and an addition, by another store too", async ({ store, other, key }) => {
    const changes: ((txn: Txn) => void)[] = [
      (txn) => txn.set(key("w"), bytes("1")),
      (txn) => txn.add(key("w"), 1n),
      (txn) => txn.clear(key("w")),
      (txn) => txn.set(key("w"), bytes("2")),
      (txn) => txn.clearRange(key("v"), key("x")),
    ];
    for (const change of changes) {
      const watches = [store.watch(key("w")), other.watch(key("w")), store.watch(key("w"))];
      await Promise.all(watches.map((watch) => watch.armed));
      await other.transact(writing(change));
      assert.deepEqual(await Promise.all(watches.map((watch) => watch.changed)), [true, true, true]);
    }
  });

  test("Store.watch() does not notice what it does not watch, and ends with false when cancelled", async ({ store, key }) => {
    await store.transact(writing((txn) => txn.set(key("w"), bytes("1"))));
    const watch = store.watch(key("w"));
    await watch.armed;
    await store.transact(writing((txn) => {
      txn.set(key("v"), bytes("1"));
      txn.clearRange(key("x"), key("z"));
    }));
    watch.cancel();
    watch.cancel();
    assert.equal(await watch.changed, false);
    await store.transact(writing((txn) => txn.set(key("w"), bytes("2"))));
    assert.equal(await watch.changed, false);
  });

  test("Store.watch() cancelled before it is armed ends too", async ({ store, key }) => {
    const watch = store.watch(key("w"));
    watch.cancel();
    await watch.armed;
    assert.equal(await watch.changed, false);
  });

  test("Store.watch() then read misses no change", async ({ store, other, key }) => {
    for (let index = 0; index < 20; index++) {
      const at = key("w", index);
      const setting = other.transact(writing((txn) => txn.set(at, bytes("set"))));
      const watch = store.watch(at);
      await watch.armed;
      if (await store.transact((txn) => txn.get(at)) === undefined) assert.equal(await watch.changed, true);
      watch.cancel();
      await setting;
    }
  });

  test("Store.stats() counts what happened and never goes back", async ({ store, key }) => {
    const before = store.stats();
    await store.transact(async (txn) => {
      await txn.get(key("a"));
      await txn.range(key("a"), key("b"), { limit: 1 });
      txn.set(key("a"), bytes("12345"));
      txn.clear(key("b"));
    });
    await store.transact((txn) => txn.get(key("a")));
    const after = store.stats();
    assert.equal(after.commits - before.commits, 1);
    assert.equal(after.reads - before.reads, 3);
    assert.equal(after.writes - before.writes, 2);
    assert.equal(after.bytesWritten - before.bytesWritten, key("a").length + 5 + key("b").length);
    assert.ok(after.flushes >= before.flushes && after.retries >= before.retries);
  });

  test("Store.close() finishes commits under way, ends watches, refuses the rest, and can be repeated", async ({ store, key }) => {
    const watch = store.watch(key("w"));
    await watch.armed;
    const commits = Array.from(
      { length: 20 },
      (_, index) =>
        store.transact(writing((txn) => txn.set(key("c", index), bytes("1")))).then(() => true, hasCode("UNAVAILABLE")),
    );
    await commits[0];
    const closing = Promise.all([store.close(), store.close()]);
    assert.deepEqual(await Promise.all(commits), Array(20).fill(true));
    await closing;
    assert.equal(await watch.changed, false);
    const refused = (error: unknown) => hasCode("UNAVAILABLE")(error) && /closed/.test(String(error));
    await assert.rejects(store.transact((txn) => txn.get(key("c", 0))), refused);
    const late = store.watch(key("w"));
    await late.armed;
    assert.equal(await late.changed, false);
    await store.close();
  });

  test("Store.close() ends a body that is still running, though the body does not end", async ({ store, key }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const refused = assert.rejects(
      store.transact(async (txn) => {
        txn.set(key("a"), bytes("1"));
        await promise;
      }),
      hasCode("UNAVAILABLE"),
    );
    await store.close();
    await refused;
    resolve();
  });

  test("[S3] values of concurrent transactions are told apart", async ({ store, key }) => {
    const results = await Promise.all(Array.from({ length: 50 }, (_, index) =>
      store.transact(async (txn) => {
        const before = await txn.get(key("v", index));
        txn.set(key("v", index), bytes(String(index)));
        return [before, index];
      })));
    assert.deepEqual(results, Array.from({ length: 50 }, (_, index) => [undefined, index]));
    const pairs = await store.transact((txn) => txn.range(key("v"), key("v", 100), { limit: 100 }));
    assert.deepEqual(pairs.map((pair) => text(pair.value)), Array.from({ length: 50 }, (_, index) => String(index)));
  });
}
