/** What a SQLite store has acknowledged is there after kill -9, and nothing is acknowledged that a full disk refused. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { decodeCounter } from "./counter_value.ts";
import { SqliteStore } from "./sqlite_store.ts";
import { encodeTuple, strinc } from "./tuple.ts";

const CHILD = fileURLToPath(new URL("./testing/counting_child.ts", import.meta.url));
const LANES = 16;

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "degov_store_" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function startChild(file: string, shell?: string): Deno.ChildProcess {
  const run = [
    Deno.execPath(),
    "run",
    "--no-check",
    "--allow-read",
    "--allow-write",
    "--allow-env",
    CHILD,
    file,
    String(LANES),
  ];
  const [command, ...args] = shell === undefined ? run : ["sh", "-c", `${shell}; exec "$@"`, "sh", ...run];
  return new Deno.Command(command, { args, stdout: "piped", stderr: "inherit" }).spawn();
}

/** Reads acknowledgements until `enough` says so or they end. @returns the last number of each writer, and other lines. */
async function readAcknowledged(child: Deno.ChildProcess, enough: (count: number) => boolean) {
  const last = new Map<number, number>();
  const others: string[] = [];
  let count = 0;
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!; // Half a line at the end was never acknowledged to anybody.
    for (const line of lines) {
      const match = /^(\d+) (\d+)$/.exec(line);
      if (match === null) others.push(line);
      else {
        last.set(Number(match[1]), Number(match[2]));
        count++;
      }
    }
    if (enough(count)) {
      enough = () => false;
      child.kill("SIGKILL");
    }
  }
  await child.status;
  return { last, others };
}

/** Every acknowledged write is in the file, and each transaction is there as a whole. */
async function assertThere(store: SqliteStore, acknowledged: ReadonlyMap<number, number>): Promise<void> {
  for (const [lane, number] of acknowledged) {
    await store.transact(async (txn) => {
      const stored = Number(decodeCounter(await txn.get(encodeTuple(["lane", lane]))));
      assert.ok(stored >= number, `writer ${lane} was told ${number}, the file holds ${stored}`);
      const space = encodeTuple(["write", lane]);
      const newest = await txn.range(space, strinc(space), { limit: 1, reverse: true });
      assert.deepEqual([...newest[0].key], [...encodeTuple(["write", lane, stored])]);
    });
  }
}

Deno.test("[S1] SqliteStore holds every acknowledged write after kill -9, time after time", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/store.db`;
    for (const enough of [200, 3_000, 900]) {
      const child = startChild(file);
      const { last } = await readAcknowledged(child, (count) => count >= enough);
      assert.equal(last.size, LANES);
      const store = await SqliteStore.open(file); // The lock has gone with the process.
      await assertThere(store, last);
      // The next round counts from 0 again.
      await store.transact((txn) => Promise.resolve(txn.clearRange(new Uint8Array(), Uint8Array.of(0xff))));
      await store.close();
    }
  });
});

Deno.test({
  name: "[S1] SqliteStore acknowledges nothing that the disk refused, fails closed and says why",
  ignore: Deno.build.os === "windows", // Has no ulimit to stand in for a full disk.
  fn: async () => {
    await withDirectory(async (directory) => {
      const file = `${directory}/store.db`;
      // Files of at most 8 MB, in blocks of 512 bytes; a write beyond is an error and not a signal.
      const child = startChild(file, `trap "" XFSZ; ulimit -f 16384`);
      const { last, others } = await readAcknowledged(child, () => false);
      assert.equal(others.length, 1, others.join("\n"));
      const said = JSON.parse(others[0]);
      for (const message of [...said.refusals, said.read, said.write]) {
        assert.match(message, /^UNAVAILABLE: Cannot write in the file \/.*store\.db: the disk/);
        assert.match(message, /may or may not be in the file/);
      }
      assert.equal(said.refusals.length, LANES);
      assert.equal(said.watch, false);
      const store = await SqliteStore.open(file);
      await assertThere(store, last);
      await store.close();
    });
  },
});

Deno.test("[A1] SqliteStore.open() is refused while another process has the file", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/store.db`;
    const child = startChild(file);
    const first = Promise.withResolvers<void>();
    const reading = readAcknowledged(child, (count) => {
      if (count > 0) first.resolve();
      return false;
    });
    await first.promise;
    await assert.rejects(SqliteStore.open(file), (error: Error & { code?: string }) => {
      assert.equal(error.code, "UNAVAILABLE");
      assert.match(error.message, /another process has it open/);
      assert.ok(error.message.includes(file));
      return true;
    });
    child.kill("SIGKILL");
    await reading;
    await (await SqliteStore.open(file)).close();
  });
});
