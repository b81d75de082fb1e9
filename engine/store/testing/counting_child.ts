/**
 * Test support: a process that writes counters into a SQLite store until something stops it.
 *
 * Arguments: the file, and how many writers run side by side. Each line on stdout is one acknowledged write, as
 * `WRITER NUMBER`. When the store refuses, the last line is JSON with what it said, and what it says to a new
 * transaction, to a read and at its closing.
 */

import { encodeCounter } from "../counter_value.ts";
import { SqliteStore } from "../sqlite_store.ts";
import { encodeTuple } from "../tuple.ts";

const [path, lanes] = Deno.args;
const store = await SqliteStore.open(path);
const filler = new Uint8Array(700);

/** Short writes of whole lines: what the parent reads was acknowledged, whatever happens next. */
function acknowledge(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function write(lane: number): Promise<unknown> {
  for (let number = 0;; number++) {
    try {
      await store.transact(async (txn) => {
        await txn.get(encodeTuple(["lane", lane]));
        txn.set(encodeTuple(["lane", lane]), encodeCounter(BigInt(number)));
        txn.set(encodeTuple(["write", lane, number]), filler);
        if (number % 7 === 0) {
          txn.clearRange(encodeTuple(["write", lane, number - 5]), encodeTuple(["write", lane, number]));
        }
      });
    } catch (error) {
      return error;
    }
    acknowledge(`${lane} ${number}`);
  }
}

const refusals = await Promise.all(Array.from({ length: Number(lanes) }, (_, lane) => write(lane)));
const attempt = (work: () => Promise<unknown>) =>
  work().then(() => "done", (error) => `${error.code}: ${error.message}`);
acknowledge(JSON.stringify({
  refusals: refusals.map((error) => `${(error as { code?: string }).code}: ${(error as Error).message}`),
  read: await attempt(() => store.transact((txn) => txn.get(encodeTuple(["lane", 0])))),
  write: await attempt(() => store.transact((txn) => Promise.resolve(txn.clear(encodeTuple(["lane", 0]))))),
  watch: await store.watch(encodeTuple(["lane", 0])).changed,
  close: await attempt(() => store.close()),
}));
