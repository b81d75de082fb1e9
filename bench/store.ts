/**
 * Transactions per second of the stores, by size and by how many are in flight.
 *
 * One transaction is what one step of a workflow does: it reads one key, sets four and clears two. `--json` prints the
 * same figures as JSON. Each line runs for a bounded time.
 *
 * Figures depend on the disk: the first lines say what one bare write and fsync takes here.
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { MemoryStore } from "../engine/store/memory_store.ts";
import { SqliteStore, type SqliteStoreOptions } from "../engine/store/sqlite_store.ts";
import type { Store } from "../engine/store/store.ts";
import { encodeTuple } from "../engine/store/tuple.ts";

const IN_FLIGHT = [1, 16, 64, 256];
const VALUE_BYTES = [300, 1_000];
/** Instances that are stepped round and round. */
const INSTANCES = 5_000;

interface Figure {
  store: string;
  valueBytes: number;
  inFlight: number;
  /** Transactions per second. */
  perSecond: number;
  /** Time of one transaction as its caller sees it. */
  p50Ms: number;
  p99Ms: number;
  /** CPU time of the thread that runs transactions, and of the whole process, per transaction. */
  mainMicroseconds: number;
  processMicroseconds: number;
  transactionsPerFlush: number | null;
}

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "2" },
    inline: { type: "boolean", default: false },
  },
});
const durationMs = Math.min(60, Number(values.seconds)) * 1_000;
const directory = await Deno.makeTempDir({ dir: ".", prefix: ".bench_store_" });

try {
  const fsyncMs = bareFsyncMs(`${directory}/bare`);
  const figures: Figure[] = [];
  const stores: [string, (path: string) => Store | Promise<Store>][] = [
    ["sqlite fsync", (path) => SqliteStore.open(path, { durability: "fsync" })],
    ["sqlite os", (path) => SqliteStore.open(path, { durability: "os" })],
    ["memory", () => new MemoryStore()],
  ];
  if (values.inline) {
    const options: SqliteStoreOptions = { durability: "fsync", writer: "inline" };
    stores.splice(1, 0, ["sqlite fsync inline", (path) => SqliteStore.open(path, options)]);
  }
  for (const [name, open] of stores) {
    for (const valueBytes of VALUE_BYTES) {
      for (const inFlight of IN_FLIGHT) {
        const store = await open(`${directory}/${name.replaceAll(" ", "_")}_${valueBytes}_${inFlight}.db`);
        await run(store, { valueBytes, inFlight, durationMs: durationMs / 4 }); // Warm, and with something to read.
        figures.push({ store: name, ...await run(store, { valueBytes, inFlight, durationMs }) });
        await store.close();
      }
    }
  }
  if (values.json) console.log(JSON.stringify({ fsyncMs, figures }, undefined, 2));
  else printTable(fsyncMs, figures);
} finally {
  await Deno.remove(directory, { recursive: true });
}

async function run(
  store: Store,
  options: { valueBytes: number; inFlight: number; durationMs: number },
): Promise<Omit<Figure, "store">> {
  const { valueBytes, inFlight, durationMs } = options;
  const [context, history] = [new Uint8Array(valueBytes), new Uint8Array(300)];
  crypto.getRandomValues(context);
  const latenciesMs: number[] = [];
  const [flushes, cpu] = [store.stats().flushes, cpuMicroseconds()];
  const start = performance.now();
  let count = 0;
  const client = async () => {
    while (performance.now() - start < durationMs) {
      const step = count++;
      const began = performance.now();
      await store.transact(async (txn) => {
        const instance = encodeTuple(["instance", step % INSTANCES]);
        await txn.get(instance);
        txn.set(instance, context);
        txn.set(encodeTuple(["history", step % INSTANCES, step]), history);
        txn.set(encodeTuple(["task", step]), context);
        txn.set(encodeTuple(["ready", step % 16, step]), new Uint8Array(20));
        txn.clear(encodeTuple(["task", step - inFlight]));
        txn.clear(encodeTuple(["ready", (step - inFlight) % 16, step - inFlight]));
      });
      latenciesMs.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const elapsedMs = performance.now() - start;
  const used = cpuMicroseconds();
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => latenciesMs[Math.floor(share * (latenciesMs.length - 1))];
  const flushed = store.stats().flushes - flushes;
  return {
    valueBytes,
    inFlight,
    perSecond: count / elapsedMs * 1_000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mainMicroseconds: (used.main - cpu.main) / count,
    processMicroseconds: (used.process - cpu.process) / count,
    transactionsPerFlush: flushed > 0 ? count / flushed : null,
  };
}

/** CPU time so far, in microseconds: of the thread that runs transactions, and of the whole process. */
function cpuMicroseconds(): { main: number; process: number } {
  const total = ({ user, system }: { user: number; system: number }) => user + system;
  // Newer than the types of node:process.
  const { threadCpuUsage } = process as unknown as { threadCpuUsage: () => { user: number; system: number } };
  return { main: total(threadCpuUsage.call(process)), process: total(process.cpuUsage()) };
}

/** One append of 8 kB with fdatasync: the least that a durable commit can take. */
function bareFsyncMs(path: string): number {
  const rounds = 200;
  using file = Deno.openSync(path, { create: true, write: true });
  const block = new Uint8Array(8_192);
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    file.writeSync(block);
    file.syncDataSync();
  }
  return (performance.now() - start) / rounds;
}

function printTable(fsyncMs: number, figures: readonly Figure[]): void {
  console.log(`bare append and fdatasync: ${fsyncMs.toFixed(2)} ms\n`);
  const columns = [
    "store",
    "value bytes",
    "in flight",
    "txn/s",
    "p50 ms",
    "p99 ms",
    "µs main",
    "µs process",
    "txn/flush",
  ];
  const number = (value: number | null, digits: number) => value === null ? "-" : value.toFixed(digits);
  const rows = figures.map((figure) => [
    figure.store,
    String(figure.valueBytes),
    String(figure.inFlight),
    number(figure.perSecond, 0),
    number(figure.p50Ms, 2),
    number(figure.p99Ms, 2),
    number(figure.mainMicroseconds, 0),
    number(figure.processMicroseconds, 0),
    number(figure.transactionsPerFlush, 1),
  ]);
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index])).join("  ");
  for (const cells of [columns, ...rows]) console.log(line(cells));
}
