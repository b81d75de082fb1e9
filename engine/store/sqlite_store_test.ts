import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { systemClock } from "../../shared/clock.ts";
import { KEY_BYTES_MAX } from "../../shared/limits.ts";
import { SqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";
import { bytes, registerStoreContract, type StoreUnderTest, text, writing } from "./store_contract.ts";
import { encodeTuple } from "./tuple.ts";

async function openUnderTest(options: SqliteStoreOptions): Promise<StoreUnderTest> {
  let aheadMs = 0;
  const clock = { ...systemClock, nowMs: () => Date.now() + aheadMs };
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  const store = await SqliteStore.open(`${directory}/store.db`, { clock, ...options });
  return {
    store,
    other: store,
    passTime: (ms: number) => Promise.resolve(void (aheadMs += ms)),
    keyBytesMax: KEY_BYTES_MAX,
    close: async () => {
      await store.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

registerStoreContract("SqliteStore", () => openUnderTest({}));
registerStoreContract("SqliteStore inline", () => openUnderTest({ writer: "inline", durability: "os" }));
// Every flush moves the snapshots on, trims the window, updates and evicts the cache, and carries the log over.
registerStoreContract(
  "SqliteStore with next to no memory",
  () => openUnderTest({ durability: "os", cacheBytes: 3_000, windowBytes: 0, walBytes: 0 }),
);

async function withStore(
  options: SqliteStoreOptions,
  body: (store: SqliteStore, file: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  const file = `${directory}/store.db`;
  const store = await SqliteStore.open(file, { durability: "os", ...options });
  try {
    await body(store, file);
  } finally {
    await store.close();
    await Deno.remove(directory, { recursive: true });
  }
}

const KEY = encodeTuple(["k"]);
const LARGE = new Uint8Array(50_000).fill(1);

Deno.test("[Q2] SqliteStore makes what commits together durable together", async () => {
  await withStore({}, async (store) => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 100 }, (_, index) =>
        store.transact(async (txn) => {
          await txn.get(encodeTuple(["k", index]));
          txn.set(encodeTuple(["k", index]), bytes(String(round)));
        })));
    }
    assert.equal(store.stats().commits, 500);
    assert.ok(store.stats().flushes <= 10, `${store.stats().flushes} flushes`);
  });
});

Deno.test("[Q1] a transaction that only reads is told what is durable, and waits for what is not", async () => {
  await withStore({}, async (store) => {
    let isDurable = false;
    const writes = store.transact(writing((txn) => txn.set(KEY, bytes("new")))).then(() => isDurable = true);
    let seen: string | undefined;
    const reading = store.transact(async (txn) => {
      // A flush begins in a turn of the event loop of its own: by now the write is applied, and it is not durable.
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      seen = text(await txn.get(KEY));
      return isDurable;
    });
    assert.equal(await reading, false);
    assert.equal(seen, "new");
    assert.equal(isDurable, true);
    await writes;
  });
});

Deno.test("[Q4] SqliteStore's write-ahead log stays short under writes without end", async () => {
  await withStore({ walBytes: 256 * 1024, walBytesMax: 500_000, windowBytes: 0 }, async (store, file) => {
    let longest = 0;
    for (let index = 0; index < 300; index++) {
      await store.transact(writing((txn) => txn.set(encodeTuple(["k", index % 10]), LARGE)));
      longest = Math.max(longest, (await Deno.stat(`${file}-wal`)).size);
    }
    assert.ok(longest < 1_000_000, `${longest} bytes, of 15 MB written`);
    assert.ok((await Deno.stat(file)).size < 2_000_000);
  });
});

Deno.test("[Q4] SqliteStore's write-ahead log stays short while there is always a transaction that reads an older version", async () => {
  await withStore({ walBytes: 256 * 1024, walBytesMax: 1_000_000 }, async (store, file) => {
    let longest = 0;
    let isDone = false;
    const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
    // Readers that overlap: whenever one ends, others that began before the newest commit are still at it.
    const readers = Array.from({ length: 3 }, async (_, lane) => {
      for (let turn = 0; turn < lane * 10; turn++) await nextTurn();
      while (!isDone) {
        await store.transact(async (txn) => {
          await txn.get(KEY);
          for (let turn = 0; turn < 30 && !isDone; turn++) {
            await nextTurn();
            // Keeps step with the commits, however fast the event loop turns.
            if (turn % 10 === 9) {
              await store.transact(writing((txn) => txn.set(encodeTuple(["step", lane]), bytes("1"))));
            }
          }
          await txn.get(KEY);
        }, { timeoutMs: 60_000 });
      }
    });
    for (let index = 0; index < 400; index++) {
      await store.transact(writing((txn) => txn.set(encodeTuple(["k", index % 10]), LARGE)));
      longest = Math.max(longest, (await Deno.stat(`${file}-wal`)).size);
    }
    isDone = true;
    await Promise.all(readers);
    assert.ok(longest < 3_000_000, `${longest} bytes, of 20 MB written`);
  });
});

Deno.test("[V2] SqliteStore runs an old transaction again rather than keep commits without bound for it", async () => {
  await withStore({ windowBytes: 0, windowBytesMax: 200_000 }, async (store) => {
    await store.transact(writing((txn) => txn.set(KEY, bytes("old"))));
    let runs = 0;
    const seen = await store.transact(async (txn) => {
      runs++;
      const before = text(await txn.get(KEY));
      if (runs === 1) {
        for (let index = 0; index < 10; index++) {
          await store.transact(writing((txn) => {
            txn.set(KEY, bytes("new"));
            txn.set(encodeTuple(["k", index]), LARGE);
          }));
        }
      }
      return [before, text(await txn.get(KEY))];
    });
    assert.equal(runs, 2);
    assert.deepEqual(seen, ["new", "new"]);
  });
});

Deno.test("SqliteStore does not read again from the file what it has just read", async () => {
  await withStore({ windowBytes: 0 }, async (store) => {
    await store.transact(writing((txn) => txn.set(KEY, bytes("1"))));
    await store.transact(writing((txn) => txn.set(encodeTuple(["other"]), bytes("1"))));
    const [first, second] = [
      await store.transact((txn) => txn.get(KEY)),
      await store.transact((txn) => txn.get(KEY)),
    ];
    assert.equal(text(first), "1");
    assert.equal(first, second, "the same bytes, not equal ones");
  });
});
