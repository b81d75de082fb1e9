/**
 * FdbStore on a real FoundationDB: that of FDB_CLUSTER_FILE, or a throw-away one where `fdbserver` is installed.
 *
 * Where there is neither, the contract cannot be run, and `deno task test` says so in its last lines: it looks for
 * tests whose names begin with "FdbStore on".
 */

import assert from "node:assert/strict";
import { DegovError } from "../../shared/errors.ts";
import { systemClock } from "../../shared/clock.ts";
import { KEY_BYTES_MAX } from "../../shared/limits.ts";
import { type FdbCluster, findFdb, startFdb } from "./testing/fdb_server.ts";
import { FdbStore } from "./fdb_store.ts";
import { bytes, registerStoreContract, writing } from "./store_contract.ts";
import { encodeTuple } from "./tuple.ts";

const target = findFdb();

if (target !== undefined) {
  const place = target.kind === "cluster" ? "the cluster of FDB_CLUSTER_FILE" : "a throw-away server";
  let cluster: FdbCluster | undefined;
  Deno.test.beforeAll(async () => void (cluster = await startFdb(target)));
  Deno.test.afterAll(() => cluster?.stop());

  /** A namespace of its own for each run, since a cluster may be there for others too. */
  const prefix = `degov_test/${crypto.randomUUID().slice(0, 8)}/`;
  for (const used of ["", prefix]) {
    registerStoreContract(`FdbStore on ${place}${used && ", with a prefix"}`, async () => {
      const options = { clusterFile: cluster!.clusterFile, prefix: used };
      const [store, other] = await Promise.all([FdbStore.open(options), FdbStore.open(options)]);
      return {
        store,
        other,
        // The age of a transaction is the database's to measure.
        passTime: (ms: number) => systemClock.sleep(ms),
        keyBytesMax: KEY_BYTES_MAX - used.length,
        close: async () => {
          await store.close();
          await other.close();
        },
      };
    });
  }

  Deno.test(`FdbStore on ${place}: stores with different prefixes do not see each other`, async () => {
    const [a, b] = await Promise.all(
      ["a/", "b/"].map((end) => FdbStore.open({ clusterFile: cluster!.clusterFile, prefix: prefix + end })),
    );
    const key = encodeTuple(["k"]);
    await a.transact(writing((txn) => txn.set(key, bytes("1"))));
    assert.equal(await b.transact((txn) => txn.get(key)), undefined);
    const pairs = await a.transact((txn) => txn.range(new Uint8Array(), Uint8Array.of(0xff), { limit: 10 }));
    assert.deepEqual(pairs.map((pair) => [...pair.key]), [[...key]]);
    await Promise.all([a.close(), b.close()]);
  });

  Deno.test(`FdbStore on ${place}: [S6] transactions and watches end while the cluster is away`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "degov_fdb_away_" });
    const clusterFile = `${directory}/fdb.cluster`;
    await Deno.writeTextFile(clusterFile, "test:test@127.0.0.1:1\n"); // Nobody listens on port 1.
    const store = await FdbStore.open({ clusterFile });
    const code = (expected: string) => (error: unknown) => error instanceof DegovError && error.code === expected;
    const key = encodeTuple(["k"]);
    await assert.rejects(store.transact((txn) => txn.get(key), { timeoutMs: 300 }), code("DEADLINE_EXCEEDED"));
    const write = writing((txn) => txn.set(key, bytes("1")));
    await assert.rejects(store.transact(write, { timeoutMs: 300 }), code("DEADLINE_EXCEEDED"));
    const pending = assert.rejects(store.transact(write, { timeoutMs: 600_000 }), code("UNAVAILABLE"));
    const watch = store.watch(key);
    watch.cancel();
    assert.equal(await watch.changed, false);
    await store.close();
    await pending;
    await Deno.remove(directory, { recursive: true });
  });
}

Deno.test("FdbStore.open() says which cluster file it cannot read", async () => {
  await assert.rejects(
    FdbStore.open({ clusterFile: "/nowhere/fdb.cluster" }),
    (error) =>
      error instanceof DegovError && error.code === "FAILED_PRECONDITION" &&
      /\/nowhere\/fdb.cluster/.test(error.message),
  );
});
