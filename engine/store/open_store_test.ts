import assert from "node:assert/strict";
import { DegovError } from "../../shared/errors.ts";
import { openStore } from "./open_store.ts";
import { bytes, text, writing } from "./store_contract.ts";

const KEY = bytes("k");

Deno.test("openStore() opens memory: and sqlite:PATH", async () => {
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  for (const [specification, kind] of [["memory:", "memory"], [`sqlite:${directory}/a/store.db`, "sqlite"]]) {
    const store = await openStore(specification, { durability: "os" });
    assert.equal(store.kind, kind);
    await store.transact(writing((txn) => txn.set(KEY, bytes("1"))));
    assert.equal(text(await store.transact((txn) => txn.get(KEY))), "1");
    await store.close();
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("openStore() refuses what names no store, and says what does", async () => {
  for (const specification of ["", "memory", "memory:x", "sqlite", "sqlite:", "postgres:x", "/path/file.db", ":"]) {
    await assert.rejects(openStore(specification), (error) => {
      assert.ok(error instanceof DegovError && error.code === "INVALID_ARGUMENT", String(error));
      assert.ok(error.message.includes(`"${specification}"`));
      assert.match(error.message, /sqlite:PATH.*fdb:.*memory:/);
      return true;
    });
  }
});

Deno.test("openStore() says which cluster file is missing", async () => {
  await assert.rejects(openStore("fdb:/nowhere/fdb.cluster"), (error) => {
    assert.ok(error instanceof DegovError && error.code === "FAILED_PRECONDITION", String(error));
    assert.match(error.message, /\/nowhere\/fdb.cluster/);
    return true;
  });
});
