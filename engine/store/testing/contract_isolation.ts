/** Test support: what transactions see of each other, and which of them conflict. */

import assert from "node:assert/strict";
import { decodeCounter, encodeCounter } from "../counter_value.ts";
import type { Txn } from "../store.ts";
import { bytes, type ContractTest, text, writing } from "../store_contract.ts";

/** What a read conflict does: whether a body with the read runs again when the write commits before it. */
interface ConflictCase {
  name: string;
  /** The keys "b" and "d" are there before. */
  read: (txn: Txn, key: (name: string) => Uint8Array<ArrayBufferLike>) => unknown;
  write: (txn: Txn, key: (name: string) => Uint8Array<ArrayBufferLike>) => void;
  conflicts: boolean;
}

const CASES: ConflictCase[] = [
  { name: "get, set", read: (t, k) => t.get(k("b")), write: (t, k) => t.set(k("b"), bytes("2")), conflicts: true },
  { name: "get, clear", read: (t, k) => t.get(k("b")), write: (t, k) => t.clear(k("b")), conflicts: true },
  { name: "get, add", read: (t, k) => t.get(k("b")), write: (t, k) => t.add(k("b"), 1n), conflicts: true },
  {
    name: "get, clearRange over it",
    read: (t, k) => t.get(k("b")),
    write: (t, k) => t.clearRange(k("a"), k("c")),
    conflicts: true,
  },
  {
    name: "get, clearRange up to it",
    read: (t, k) => t.get(k("b")),
    write: (t, k) => t.clearRange(k("a"), k("b")),
    conflicts: false,
  },
  {
    name: "get of nothing, set",
    read: (t, k) => t.get(k("c")),
    write: (t, k) => t.set(k("c"), bytes("2")),
    conflicts: true,
  },
  {
    name: "get, set beside it",
    read: (t, k) => t.get(k("b")),
    write: (t, k) => t.set(k("c"), bytes("2")),
    conflicts: false,
  },
  {
    name: "snapshotGet, set",
    read: (t, k) => t.snapshotGet(k("b")),
    write: (t, k) => t.set(k("b"), bytes("2")),
    conflicts: false,
  },
  {
    name: "snapshotGet with addReadConflict, set",
    read: (t, k) => (t.addReadConflict(k("b")), t.snapshotGet(k("b"))),
    write: (t, k) => t.set(k("b"), bytes("2")),
    conflicts: true,
  },
  {
    name: "range, set in a gap of it",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 10 }),
    write: (t, k) => t.set(k("c"), bytes("2")),
    conflicts: true,
  },
  {
    name: "range, set at its end",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 10 }),
    write: (t, k) => t.set(k("e"), bytes("2")),
    conflicts: false,
  },
  {
    name: "range with a full page, set after its last key",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 1 }),
    write: (t, k) => t.set(k("c"), bytes("2")),
    conflicts: false,
  },
  {
    name: "range with a full page, set of its last key",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 1 }),
    write: (t, k) => t.set(k("b"), bytes("2")),
    conflicts: true,
  },
  {
    name: "range backwards with a full page, set before its last key",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 1, reverse: true }),
    write: (t, k) => t.set(k("c"), bytes("2")),
    conflicts: false,
  },
  {
    name: "range backwards, set in a gap of it",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 2, reverse: true }),
    write: (t, k) => t.set(k("c"), bytes("2")),
    conflicts: true,
  },
  {
    name: "snapshot range, set in it",
    read: (t, k) => t.range(k("a"), k("e"), { limit: 10, snapshot: true }),
    write: (t, k) => t.set(k("b"), bytes("2")),
    conflicts: false,
  },
  {
    name: "range, clearRange that overlaps",
    read: (t, k) => t.range(k("c"), k("e"), { limit: 10 }),
    write: (t, k) => t.clearRange(k("a"), k("d")),
    conflicts: true,
  },
  {
    name: "own set then get, set",
    read: (t, k) => (t.set(k("b"), bytes("own")), t.get(k("b"))),
    write: (t, k) => t.set(k("b"), bytes("2")),
    conflicts: false,
  },
  {
    name: "set, set",
    read: (t, k) => t.set(k("b"), bytes("1")),
    write: (t, k) => t.set(k("b"), bytes("2")),
    conflicts: false,
  },
  { name: "add, add", read: (t, k) => t.add(k("b"), 1n), write: (t, k) => t.add(k("b"), 1n), conflicts: false },
];

export function registerIsolationTests(test: ContractTest): void {
  for (const { name, read, write, conflicts } of CASES) {
    test(`[S2] ${name}: ${conflicts ? "conflict" : "no conflict"}`, async ({ store, other, key }) => {
      const keyOf = (at: string) => key(at);
      await store.transact(writing((txn) => ["b", "d"].forEach((at) => txn.set(key(at), encodeCounter(1n)))));
      let runs = 0;
      await store.transact(async (txn) => {
        runs++;
        await txn.get(key("z")); // Takes the read version before the other's commit.
        await read(txn, keyOf);
        txn.set(key("result"), bytes(String(runs)));
        if (runs === 1) await other.transact(writing((txn) => write(txn, keyOf)));
      });
      assert.equal(runs, conflicts ? 2 : 1);
    });
  }

  test("[S2] a transaction sees every one that was acknowledged before it began", async ({ store, other, key }) => {
    for (let index = 0; index < 20; index++) {
      const [writer, reader] = index % 2 ? [store, other] : [other, store];
      await writer.transact(writing((txn) => txn.set(key("latest"), bytes(String(index)))));
      assert.equal(text(await reader.transact((txn) => txn.get(key("latest")))), String(index));
    }
  });

  test("[S2] a transaction reads one snapshot, whatever commits meanwhile", async ({ store, other, key }) => {
    const write = (generation: string) =>
      writing((txn) => ["a", "b", "c"].forEach((at) => txn.set(key(at), bytes(generation))));
    await store.transact(write("old"));
    const seen = await store.transact(async (txn) => {
      const first = text(await txn.get(key("a")));
      await other.transact(write("new"));
      await other.transact(writing((txn) => txn.clear(key("c"))));
      const pairs = await txn.range(key("a"), key("d"), { limit: 10 });
      return [first, text(await txn.get(key("b"))), ...pairs.map((pair) => text(pair.value))];
    });
    assert.deepEqual(seen, ["old", "old", "old", "old", "old"]);
  });

  test("[S2] a snapshot lasts through many commits and flushes", async ({ store, other, key }) => {
    await store.transact(writing((txn) => txn.set(key("kept"), bytes("old"))));
    const value = new Uint8Array(50_000);
    const look = async (txn: Txn) => {
      const kept = await txn.range(key("kept"), key("kept", "z"), { limit: 1 });
      const fillers = await txn.range(key("filler"), key("filler", 100), { limit: 100 });
      return [text(kept[0].value), text(await txn.get(key("kept"))), fillers.length];
    };
    const [before, after] = await store.transact(async (txn) => {
      const before = await look(txn);
      for (let index = 0; index < 200; index++) {
        await other.transact(writing((txn) => {
          txn.set(key("kept"), bytes("new"));
          txn.set(key("filler", index % 10), value);
          if (index % 20 === 19) txn.clearRange(key("filler"), key("filler", 5));
        }));
      }
      return [before, await look(txn)];
    });
    assert.deepEqual(after, before);
    assert.deepEqual(await store.transact(look), ["new", "new", 5]);
    assert.equal(text(await store.transact((txn) => txn.get(key("kept")))), "new");
  });

  test("[S2] twenty contenders on one counter all count", async ({ store, other, key }) => {
    await Promise.all(Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? store : other).transact(async (txn) => {
        const count = decodeCounter(await txn.get(key("count")));
        txn.set(key("count"), encodeCounter(count + 1n));
      }, { timeoutMs: 60_000 })));
    assert.equal(decodeCounter(await store.transact((txn) => txn.get(key("count")))), 20n);
  });

  test("Txn.add() by a hundred at once counts them all, without one retry", async ({ store, key }) => {
    const before = store.stats().retries;
    await Promise.all(Array.from({ length: 100 }, () => store.transact(writing((txn) => txn.add(key("count"), 1n)))));
    assert.equal(decodeCounter(await store.transact((txn) => txn.get(key("count")))), 100n);
    assert.equal(store.stats().retries, before);
  });
}
