import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { decodeCounter } from "./counter_value.ts";
import { backupStore } from "./open_store.ts";
import { SqliteStore, type SqliteStoreOptions } from "./sqlite_store.ts";
import type { Store } from "./store.ts";
import { encodeTuple } from "./tuple.ts";

const ONE = encodeTuple(["one"]);
const OTHER = encodeTuple(["other"]);
const LARGE = new Uint8Array(50_000).fill(1);

async function withStore(
  options: SqliteStoreOptions,
  body: (store: SqliteStore, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "degov_backup_" });
  const store = await SqliteStore.open(`${folder}/store.db`, { durability: "os", ...options });
  try {
    await body(store, folder);
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function add(store: Store): Promise<void> {
  await store.transact((txn) => {
    for (const key of [ONE, OTHER]) txn.add(key, 1n);
    return Promise.resolve();
  });
}

async function counts(store: Store): Promise<bigint[]> {
  return await store.transact((txn) => Promise.all([ONE, OTHER].map(async (key) => decodeCounter(await txn.get(key)))));
}

Deno.test("[B1, B2] backupStore() copies an open store as it is after a commit, while it is written to", async () => {
  await withStore({}, async (store, folder) => {
    let isDone = false;
    const writing = (async () => {
      while (!isDone) await Promise.all(Array.from({ length: 20 }, () => add(store)));
    })();
    for (let round = 0; round < 3; round++) {
      await add(store);
      const [before] = await counts(store);
      const to = `${folder}/copy${round}.db`;
      await Deno.writeTextFile(`${to}.part`, "broke off");
      await backupStore(`sqlite:${folder}/store.db`, to);
      const copy = await SqliteStore.open(to);
      const [one, other] = await counts(copy);
      await copy.close();
      assert.equal(one, other);
      assert.ok(one >= before, `${one} of at least ${before}`);
    }
    isDone = true;
    await writing;
  });
});

Deno.test("a reader that stands in the way of the log for long stops no commit, and the log is short again after it", async () => {
  await withStore({ walBytes: 256 * 1024, walBytesMax: 1_000_000, windowBytes: 0 }, async (store, folder) => {
    const write = (index: number) =>
      store.transact((txn) => Promise.resolve(txn.set(encodeTuple(["k", index % 10]), LARGE)));
    await write(0);
    const reader = new DatabaseSync(`${folder}/store.db`, { readOnly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM pairs").get();
    for (let index = 0; index < 100; index++) await write(index);
    const walBytes = async () => (await Deno.stat(`${folder}/store.db-wal`)).size;
    const grown = await walBytes();
    assert.ok(grown > 4_000_000, `${grown} bytes`);
    reader.exec("COMMIT");
    reader.close();
    for (let index = 0; index < 100; index++) await write(index);
    assert.ok(await walBytes() <= grown + 1_000_000, "it does not grow any more");
  });
});

Deno.test("backupStore() says what it cannot copy, and never replaces a file", async () => {
  await withStore({}, async (_, folder) => {
    const refused = (from: string, to: string, why: RegExp) =>
      assert.rejects(backupStore(from, `${folder}/${to}`), (error: Error & { code?: string }) => {
        assert.equal(error.code, "INVALID_ARGUMENT");
        assert.match(error.message, why);
        return true;
      });
    await refused("fdb:", "copy", /fdbbackup/);
    await refused("memory:", "copy", /gone with its process/);
    await refused(`sqlite:${folder}/none.db`, "copy", /there is no such file/);
    await refused(`sqlite:${folder}/store.db`, "store.db", /it is there/);
    new DatabaseSync(`${folder}/foreign.db`).close();
    await Deno.writeFile(`${folder}/foreign.db`, new Uint8Array());
    await refused(`sqlite:${folder}/foreign.db`, "copy", /no store of ours/);
  });
});
