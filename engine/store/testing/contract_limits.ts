/** Test support: the limits, exact at the bound and one over (S5). */

import assert from "node:assert/strict";
import { DegovError } from "../../../shared/errors.ts";
import { RANGE_ROWS_MAX, TXN_AGE_MS_MAX, TXN_BYTES_MAX, VALUE_BYTES_MAX } from "../../../shared/limits.ts";
import type { Store, Txn } from "../store.ts";
import { bytes, type ContractTest, text, writing } from "../store_contract.ts";
import { setBytes, VERSIONSTAMP_BYTES } from "../txn_limits.ts";

const EXHAUSTED = (error: unknown) => error instanceof DegovError && error.code === "RESOURCE_EXHAUSTED";

/** Every write of the transaction is refused, and the store is none the worse for it. */
async function assertRefused(store: Store, marker: Uint8Array, write: (txn: Txn) => void): Promise<void> {
  await assert.rejects(
    store.transact(writing((txn) => {
      txn.set(marker, bytes("must not be there"));
      write(txn);
    })),
    EXHAUSTED,
  );
  const swallowing = store.transact(writing((txn) => {
    txn.set(marker, bytes("must not be there"));
    try {
      write(txn);
    } catch {
      // The body carries on as if nothing had happened.
    }
  }));
  await assert.rejects(swallowing, EXHAUSTED);
  assert.equal(await store.transact((txn) => txn.get(marker)), undefined);
}

export function registerLimitTests(test: ContractTest): void {
  test("[S5] a key has at most KEY_BYTES_MAX bytes", async ({ store, key, keyBytesMax }) => {
    const keyOf = (length: number) => {
      const long = new Uint8Array(length).fill(65);
      long.set(key("long"));
      return long;
    };
    const fits = keyOf(keyBytesMax);
    await store.transact(writing((txn) => txn.set(fits, bytes("1"))));
    assert.equal(text(await store.transact((txn) => txn.get(fits))), "1");
    await store.transact(writing((txn) => txn.clear(fits)));
    const over = keyOf(keyBytesMax + 1);
    await assertRefused(store, key("marker"), (txn) => txn.set(over, bytes("1")));
    await assertRefused(store, key("marker"), (txn) => txn.clear(over));
    await assertRefused(store, key("marker"), (txn) => txn.add(over, 1n));
    await assertRefused(store, key("marker"), (txn) => txn.clearRange(key("a"), over));
  });

  test("[S5] a versionstamped key has at most KEY_BYTES_MAX bytes with its stamp", async ({ store, key, keyBytesMax }) => {
    const prefix = key("stamped");
    const suffix = new Uint8Array(keyBytesMax - prefix.length - VERSIONSTAMP_BYTES);
    await store.transact(writing((txn) => txn.setVersionstampedKey(prefix, suffix, bytes("1"))));
    await assertRefused(
      store,
      key("marker"),
      (txn) => txn.setVersionstampedKey(prefix, new Uint8Array(suffix.length + 1), bytes("1")),
    );
  });

  test("[S5] a value has at most VALUE_BYTES_MAX bytes", async ({ store, key }) => {
    const value = new Uint8Array(VALUE_BYTES_MAX).fill(3);
    await store.transact(writing((txn) => txn.set(key("large"), value)));
    assert.equal((await store.transact((txn) => txn.get(key("large"))))?.length, VALUE_BYTES_MAX);
    const over = new Uint8Array(VALUE_BYTES_MAX + 1);
    await assertRefused(store, key("marker"), (txn) => txn.set(key("large"), over));
    await assertRefused(store, key("marker"), (txn) => txn.setVersionstampedKey(key("q"), key("q"), over));
  });

  test("[S5] a transaction weighs at most TXN_BYTES_MAX", async ({ store, key }) => {
    const value = new Uint8Array(VALUE_BYTES_MAX);
    const fill = (txn: Txn, bytesMax: number) => {
      let left = bytesMax;
      for (let index = 0; left > 0; index++) {
        const at = key("fill", 1_000 + index);
        const valueBytes = Math.min(value.length, left - setBytes(at.length, 0));
        // The last two share what is left, so that it never falls between two values.
        const take = left - setBytes(at.length, valueBytes) < 1_000 ? left - setBytes(at.length, 0) : valueBytes;
        const part = take > value.length ? value.length - 1_000 : take;
        txn.set(at, value.subarray(0, part));
        left -= setBytes(at.length, part);
      }
    };
    await store.transact(writing((txn) => fill(txn, TXN_BYTES_MAX)));
    const marker = key("marker");
    const rest = TXN_BYTES_MAX - setBytes(marker.length, bytes("must not be there").length);
    await assertRefused(store, marker, (txn) => fill(txn, rest + 1));
    const pairs = await store.transact((txn) => txn.range(key("fill"), key("fill", 5_000), { limit: 5 }));
    assert.equal(pairs.length, 5);
  });

  test("[S5] reads count towards the weight of a transaction", async ({ store, key }) => {
    const reading = store.transact(async (txn) => {
      for (let index = 0;; index++) await txn.get(key("x".repeat(9_000), index));
    }, { timeoutMs: 60_000 });
    await assert.rejects(reading, EXHAUSTED);
  });

  test("[S5] a transaction older than TXN_AGE_MS_MAX is run again and does not commit before", async ({ store, key, passTime }) => {
    let runs = 0;
    await store.transact(async (txn) => {
      runs++;
      await txn.get(key("a"));
      txn.add(key("runs"), 1n);
      if (runs === 1) await passTime(TXN_AGE_MS_MAX + 1_000);
    }, { timeoutMs: 60_000 });
    assert.equal(runs, 2);
    const counted = await store.transact((txn) => txn.get(key("runs")));
    assert.deepEqual([...counted!], [1, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("[S5] a read in a transaction that has grown too old runs it again, even if the body swallows the error", async ({ store, key, passTime }) => {
    let runs = 0;
    await store.transact(async (txn) => {
      runs++;
      await txn.get(key("a"));
      if (runs === 1) await passTime(TXN_AGE_MS_MAX + 1_000);
      await txn.get(key("b")).catch(() => undefined);
      txn.set(key("result"), bytes(String(runs)));
    }, { timeoutMs: 60_000 });
    assert.equal(text(await store.transact((txn) => txn.get(key("result")))), "2");
  });

  test("[S5] a transaction just young enough commits at once", async ({ store, key, passTime }) => {
    let runs = 0;
    await store.transact(async (txn) => {
      runs++;
      await txn.get(key("a"));
      await passTime(TXN_AGE_MS_MAX / 2);
      txn.set(key("a"), bytes("1"));
    }, { timeoutMs: 60_000 });
    assert.equal(runs, 1);
  });

  test("Txn.range() takes a limit of 1 to RANGE_ROWS_MAX", async ({ store, key }) => {
    for (const limit of [0, -1, 1.5, NaN, RANGE_ROWS_MAX + 1]) {
      await assert.rejects(store.transact((txn) => txn.range(key("a"), key("b"), { limit })), /limit of a range/);
    }
    assert.deepEqual(await store.transact((txn) => txn.range(key("a"), key("b"), { limit: RANGE_ROWS_MAX })), []);
  });
}
