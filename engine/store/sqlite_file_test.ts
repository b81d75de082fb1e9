import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { DegovError, type ErrorCode } from "../../shared/errors.ts";
import { openSqliteFile } from "./sqlite_file.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { bytes, text, writing } from "./store_contract.ts";
import { encodeAroundVersionstamp, encodeTuple, strinc } from "./tuple.ts";

const KEY = encodeTuple(["k"]);

/** Registers a test with a directory of its own. */
function test(name: string, body: (directory: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
    try {
      await body(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** Opening fails with the code, and with a message that names the file. */
async function assertRefused(file: string, code: ErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(SqliteStore.open(file), (error) => {
    assert.ok(error instanceof DegovError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    assert.ok(error.message.includes(file), error.message);
    return true;
  });
}

test("SqliteStore.open() makes the directories and the file, and finds what it holds again", async (directory) => {
  const file = `${directory}/a/b/store.db`;
  for (let round = 0; round < 3; round++) {
    const store = await SqliteStore.open(file);
    const before = await store.transact((txn) => txn.get(KEY));
    assert.equal(text(before), round === 0 ? undefined : String(round - 1));
    await store.transact(writing((txn) => txn.set(KEY, bytes(String(round)))));
    await store.close();
  }
  const left = [...Deno.readDirSync(`${directory}/a/b`)].map((entry) => entry.name).sort();
  assert.deepEqual(left, ["store.db", "store.db.lock"], "the log has been carried over");
});

test("[A1] SqliteStore.open() is refused while this process has the file, by whatever name", async (directory) => {
  const file = `${directory}/store.db`;
  const store = await SqliteStore.open(file);
  await assertRefused(file, "UNAVAILABLE", /has it open/);
  const link = `${directory}/link.db`;
  await Deno.symlink(file, link);
  await assert.rejects(SqliteStore.open(link), /has it open/);
  await store.close();
  await (await SqliteStore.open(link)).close();
});

test("[A2] SqliteStore.open() leaves alone what is not a database, or another program's", async (directory) => {
  const letter = `${directory}/letter.txt`;
  await Deno.writeTextFile(letter, "Dear reader, ".repeat(1_000));
  await assertRefused(letter, "FAILED_PRECONDITION", /not a SQLite file/);
  assert.equal(await Deno.readTextFile(letter), "Dear reader, ".repeat(1_000));

  const foreign = `${directory}/foreign.db`;
  const db = new DatabaseSync(foreign);
  db.exec("CREATE TABLE pairs (a)");
  db.close();
  const before = await Deno.readFile(foreign);
  await assertRefused(foreign, "FAILED_PRECONDITION", /another program/);
  assert.deepEqual(await Deno.readFile(foreign), before);
});

test("[A2] SqliteStore.open() leaves alone a file of a newer format", async (directory) => {
  const file = `${directory}/store.db`;
  await (await SqliteStore.open(file)).close();
  const db = new DatabaseSync(file);
  db.exec("PRAGMA user_version = 2");
  db.close();
  await assertRefused(file, "FAILED_PRECONDITION", /its format is 2, this program reads up to 1/);
});

test("[A3] versionstamps ascend over closing and opening", async (directory) => {
  const file = `${directory}/store.db`;
  const { prefix, suffix } = encodeAroundVersionstamp(["q"], []);
  for (let round = 0; round < 3; round++) {
    const store = await SqliteStore.open(file);
    for (let index = 0; index < 3; index++) {
      await store.transact(writing((txn) => txn.setVersionstampedKey(prefix, suffix, bytes(`${round} ${index}`))));
    }
    const pairs = await store.transact((txn) => txn.range(prefix, strinc(prefix), { limit: 100 }));
    const expected = Array.from({ length: 3 * (round + 1) }, (_, at) => `${Math.floor(at / 3)} ${at % 3}`);
    assert.deepEqual(pairs.map((pair) => text(pair.value)), expected);
    await store.close();
  }
});

test("SqliteStore.open() says what is in the way of the path", async (directory) => {
  await Deno.writeTextFile(`${directory}/file`, "");
  await assertRefused(`${directory}/file/below/store.db`, "FAILED_PRECONDITION", /Cannot make the directory/);
  await assertRefused(directory, "FAILED_PRECONDITION", /cannot be opened/);
});

test("SqliteStore says that the file is damaged, and with what", async (directory) => {
  const file = `${directory}/store.db`;
  const store = await SqliteStore.open(file);
  const value = new Uint8Array(3_000).fill(1);
  await store.transact(writing((txn) => {
    for (let index = 0; index < 200; index++) txn.set(encodeTuple(["k", index]), value);
  }));
  await store.close();
  const { size } = await Deno.stat(file);
  const damaged = await Deno.readFile(file);
  damaged.fill(0xa5, 8_192, size); // All but the pages of the schema.
  await Deno.writeFile(file, damaged);
  await assert.rejects(
    async () => {
      const opened = await SqliteStore.open(file);
      try {
        await opened.transact((txn) => txn.range(KEY, strinc(KEY), { limit: 1_000 }));
        await opened.transact((txn) => txn.get(encodeTuple(["k", 100])));
      } finally {
        await opened.close();
      }
    },
    (error) => {
      assert.ok(error instanceof DegovError && error.code === "DATA_LOSS", String(error));
      assert.ok(error.message.includes(file) && /backup/.test(error.message), error.message);
      return true;
    },
  );
});

test("openSqliteFile() gives each opening versions of its own", (directory) => {
  const versions = [0, 1, 2].map(() => {
    const file = openSqliteFile(`${directory}/store.db`);
    file.release();
    return file.version;
  });
  assert.equal(new Set(versions).size, 3);
  assert.deepEqual(versions.toSorted((a, b) => a - b), versions);
  return Promise.resolve();
});
