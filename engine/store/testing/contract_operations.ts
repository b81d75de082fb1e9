/** Test support: what single operations do, within a transaction and after it. */

import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { decodeCounter, encodeCounter } from "../counter_value.ts";
import type { Pair, Txn } from "../store.ts";
import { bytes, type ContractTest, text, writing } from "../store_contract.ts";
import { operation, runOnStore, StoreModel } from "./store_model.ts";
import { decodeTuple, encodeAroundVersionstamp, strinc, type Versionstamp } from "../tuple.ts";

export function registerOperationTests(test: ContractTest): void {
  test("Txn.get() gives what was set, nothing before, and nothing after a clear", async ({ store, key }) => {
    assert.equal(await store.transact((txn) => txn.get(key("a"))), undefined);
    await store.transact(writing((txn) => txn.set(key("a"), bytes("1"))));
    assert.equal(text(await store.transact((txn) => txn.get(key("a")))), "1");
    assert.equal(text(await store.transact((txn) => txn.snapshotGet(key("a")))), "1");
    await store.transact(writing((txn) => txn.clear(key("a"))));
    assert.equal(await store.transact((txn) => txn.get(key("a"))), undefined);
  });

  test("Txn.set() keeps empty values and every byte of keys and values", async ({ store, key }) => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.transact(writing((txn) => {
      txn.set(key("empty"), new Uint8Array());
      txn.set(key("all", all), all);
    }));
    await store.transact(async (txn) => {
      assert.equal((await txn.get(key("empty")))?.length, 0);
      assert.deepEqual([...(await txn.get(key("all", all)))!], [...all]);
      const pairs = await txn.range(key("all"), strinc(key("all")), { limit: 10 });
      assert.deepEqual(pairs.map((pair) => [...pair.key]), [[...key("all", all)]]);
    });
  });

  test("Txn.range() gives pairs in bytewise order, both ways, from begin up to but without end", async ({ store, key }) => {
    const keys = [0, 1, 255, 256, 65_535, 65_536].map((number) => key(number));
    await store.transact(writing((txn) => keys.toReversed().forEach((at) => txn.set(at, at))));
    const range = (begin: number, end: number, options: { limit: number; reverse?: boolean }) =>
      store.transact((txn) => txn.range(keys[begin], keys[end], options));
    const indexes = (pairs: Pair[]) => pairs.map((pair) => keys.findIndex((at) => at.toHex() === pair.key.toHex()));
    assert.deepEqual(indexes(await range(1, 5, { limit: 100 })), [1, 2, 3, 4]);
    assert.deepEqual(indexes(await range(1, 5, { limit: 2 })), [1, 2]);
    assert.deepEqual(indexes(await range(1, 5, { limit: 2, reverse: true })), [4, 3]);
    assert.deepEqual(indexes(await range(1, 5, { limit: 100, reverse: true })), [4, 3, 2, 1]);
    assert.deepEqual(indexes(await range(2, 2, { limit: 1 })), []);
    assert.deepEqual(indexes(await range(4, 2, { limit: 1 })), []);
  });

  test("Txn.range() and Txn.clearRange() take a range that ends before it begins as empty", async ({ store, key }) => {
    await store.transact(writing((txn) => txn.set(key("b"), bytes("1"))));
    await store.transact(async (txn) => {
      txn.clearRange(key("c"), key("a"));
      assert.deepEqual(await txn.range(key("c"), key("a"), { limit: 5 }), []);
    });
    assert.equal(text(await store.transact((txn) => txn.get(key("b")))), "1");
  });

  test("Txn.range() gives more pairs than one page of a database holds, with large values too", async ({ store, key }) => {
    const value = new Uint8Array(2_000).fill(7);
    const count = 3_000;
    for (let from = 0; from < count; from += 1_000) {
      await store.transact(writing((txn) => {
        for (let index = from; index < from + 1_000; index++) txn.set(key("many", index), value);
      }));
    }
    for (const reverse of [false, true]) {
      const pairs = await store.transact((txn) =>
        txn.range(key("many"), strinc(key("many")), { limit: 10_000, reverse })
      );
      assert.equal(pairs.length, count);
      const order = pairs.map((pair) => decodeTuple(pair.key)[2]);
      if (reverse) order.reverse();
      assert.deepEqual(order, Array.from({ length: count }, (_, index) => index));
      assert.ok(pairs.every((pair) => pair.value.length === value.length));
    }
  });

  test("Txn.clearRange() clears begin up to but without end", async ({ store, key }) => {
    await store.transact(writing((txn) => ["a", "b", "c", "d"].forEach((name) => txn.set(key(name), bytes(name)))));
    await store.transact(writing((txn) => txn.clearRange(key("b"), key("d"))));
    const left = await store.transact((txn) => txn.range(key("a"), key("e"), { limit: 10 }));
    assert.deepEqual(left.map((pair) => text(pair.value)), ["a", "d"]);
  });

  test("Txn.add() counts from nothing, down, over other lengths and around the end", async ({ store, key }) => {
    await store.transact(writing((txn) => {
      txn.add(key("fresh"), 5n);
      txn.add(key("fresh"), -7n);
      txn.set(key("short"), Uint8Array.of(255));
      txn.set(key("long"), Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 9));
      txn.set(key("top"), encodeCounter(2n ** 64n - 1n));
    }));
    await store.transact(writing((txn) => {
      for (const name of ["short", "long", "top"]) txn.add(key(name), 1n);
    }));
    const values = await store.transact((txn) =>
      Promise.all(["fresh", "short", "long", "top"].map((name) => txn.get(key(name))))
    );
    assert.deepEqual(values.map(decodeCounter), [-2n, 256n, 2n, 0n]);
    assert.deepEqual(values.map((value) => value!.length), [8, 8, 8, 8]);
  });

  test("Txn.add() mixes with sets, clears and reads of the same transaction", async ({ store, key }) => {
    await store.transact(writing((txn) => ["a", "b", "c"].forEach((name) => txn.set(key(name), encodeCounter(10n)))));
    await store.transact(async (txn) => {
      txn.add(key("a"), 1n);
      assert.equal(decodeCounter(await txn.get(key("a"))), 11n);
      txn.set(key("a"), encodeCounter(100n));
      txn.add(key("a"), 1n);
      assert.equal(decodeCounter(await txn.get(key("a"))), 101n);
      txn.clear(key("b"));
      txn.add(key("b"), 3n);
      txn.clearRange(key("c"), key("d"));
      txn.add(key("c"), 4n);
      const pairs = await txn.range(key("a"), key("d"), { limit: 10 });
      assert.deepEqual(pairs.map((pair) => decodeCounter(pair.value)), [101n, 3n, 4n]);
    });
    const pairs = await store.transact((txn) => txn.range(key("a"), key("d"), { limit: 10 }));
    assert.deepEqual(pairs.map((pair) => decodeCounter(pair.value)), [101n, 3n, 4n]);
  });

  test("[S2] versionstamps ascend with commits and are shared within one", async ({ store, other, key }) => {
    const push = (queue: string, name: string) => (txn: Txn) => {
      const { prefix, suffix } = encodeAroundVersionstamp([...decodeTuple(key(queue))], [name]);
      txn.setVersionstampedKey(prefix, suffix, bytes(name));
      return Promise.resolve();
    };
    const entries = (queue: string) =>
      store.transact((txn) => txn.range(key(queue), strinc(key(queue)), { limit: 1_000 }));
    const names: string[] = [];
    for (let index = 0; index < 10; index++) {
      names.push(`serial ${index}`);
      await (index % 2 ? store : other).transact(push("serial", names[index]));
    }
    assert.deepEqual((await entries("serial")).map((pair) => text(pair.value)), names);

    await store.transact(async (txn) => {
      await push("pair", "b")(txn);
      await push("pair", "a")(txn);
    });
    const stamps = (await entries("pair")).map((pair) => decodeTuple(pair.key)[2] as Versionstamp);
    assert.deepEqual((await entries("pair")).map((pair) => text(pair.value)), ["a", "b"]);
    assert.deepEqual(stamps[0], stamps[1]);

    await Promise.all(Array.from({ length: 50 }, (_, index) => store.transact(push("many", String(index)))));
    const many = (await entries("many")).map((pair) => (decodeTuple(pair.key)[2] as Versionstamp).bytes.toHex());
    assert.equal(new Set(many).size, 50);
  });

  test("Txn.setVersionstampedKey() cannot be read within its transaction, and does not disturb reads around it", async ({ store, key }) => {
    const seen = await store.transact(async (txn) => {
      txn.set(key("q", "first"), bytes("first"));
      txn.setVersionstampedKey(key("q"), new Uint8Array(), bytes("stamped"));
      return await txn.range(key("q"), strinc(key("q")), { limit: 10 });
    });
    assert.deepEqual(seen.map((pair) => text(pair.value)), ["first"]);
    const after = await store.transact((txn) => txn.range(key("q"), strinc(key("q")), { limit: 10 }));
    assert.equal(after.length, 2);
  });

  test("a transaction sees its own writes over what was there, as the model does", async ({ store, key }) => {
    const keyOf = (index: number) => key(index);
    const pause = () => Promise.resolve();
    const model = new StoreModel();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(operation, { maxLength: 12 }), { maxLength: 4 }), async (transactions) => {
        for (const operations of transactions) {
          const reads = await store.transact((txn) => runOnStore(txn, operations, { keyOf, pause }));
          assert.deepEqual(reads, model.run(operations, keyOf));
        }
      }),
      { numRuns: 150 },
    );
  });
}
