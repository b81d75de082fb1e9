/**
 * Whether the cost of a step grows: with the number of finished instances in the store, and with the length of an
 * instance's own history.
 *
 * Run: deno task bench:growth [--quick] [--json] [--sizes=0,10000] [--seconds=N]
 */

import { parseArgs } from "node:util";
import { SqliteStore } from "../engine/store/sqlite_store.ts";
import { DegovClient } from "../shared/client/client.ts";
import { chainWorkflow } from "./load/chain_workflow.ts";
import { quantiles } from "./load/closed_loop.ts";
import { Cluster } from "./load/cluster.ts";
import { traceOfChain, writeFinished } from "./load/finished_instances.ts";
import { machineName } from "./load/process_figures.ts";
import { formatTable } from "./load/table.ts";

interface SizeRow {
  finished: number;
  fileMib: number;
  workflowsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU of the engine for one step, in microseconds. */
  engineStepUs: number;
  engineMib: number;
  readsPerStep: number;
  writesPerStep: number;
}

interface HistoryRow {
  events: number;
  p50Ms: number;
  p99Ms: number;
  /** Time to read a page of the 50 newest records. */
  pageMs: number;
}

const STEPS = 3;
const CLIENTS = 64;
/** Events at the end of each length of history over which the latency is taken. */
const SAMPLE = 200;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    sizes: { type: "string" },
    lengths: { type: "string" },
    seconds: { type: "string" },
  },
});
const sizes = (values.sizes ?? (values.quick ? "0,1000" : "0,10000,100000,1000000")).split(",").map(Number);
const lengths = (values.lengths ?? (values.quick ? "10,100" : "10,100,1000,10000")).split(",").map(Number);
const measuredMs = Number(values.seconds ?? (values.quick ? 1 : 8)) * 1000;

const directory = await Deno.makeTempDir({ prefix: "degov_growth_" });
const file = `${directory}/engine.db`;
const sizeRows: SizeRow[] = [];
let historyRows: HistoryRow[] = [];
try {
  const trace = await traceOfChain();
  let finished = 0;
  for (const size of sizes) {
    const store = await SqliteStore.open(file, { durability: "os" }); // a benchmark's filling may be lost
    await writeFinished(store, trace, { from: finished, to: size });
    await store.close();
    await syncFile(); // What the system still had to write would be written while the next row is measured.
    finished = size;
    sizeRows.push(await measureSize(size));
    if (!values.json) console.error(`  ${size} finished: ${sizeRows.at(-1)!.engineStepUs.toFixed(0)} µs of CPU a step`);
  }
  historyRows = await measureHistories();
} finally {
  await Deno.remove(directory, { recursive: true });
}
const conditions = {
  benchmark: "growth",
  machine: machineName(),
  runtime: `deno ${Deno.version.deno}`,
  store: "sqlite",
};
if (values.json) console.log(JSON.stringify({ ...conditions, sizes: sizeRows, histories: historyRows }));
else {
  console.log(`${conditions.machine}; ${conditions.runtime}; sqlite, durability fsync; ${new Date().toISOString()}`);
  console.log(formatTable<SizeRow>([
    ["finished instances", (row) => row.finished],
    ["file MiB", (row) => row.fileMib],
    ["workflows/s", (row) => row.workflowsPerSecond],
    ["p50 ms", (row) => row.p50Ms],
    ["p99 ms", (row) => row.p99Ms],
    ["engine CPU µs/step", (row) => row.engineStepUs],
    ["engine RSS MiB", (row) => row.engineMib],
    ["reads/step", (row) => row.readsPerStep],
    ["writes/step", (row) => row.writesPerStep],
  ], sizeRows));
  console.log(formatTable<HistoryRow>([
    ["events in the history", (row) => row.events],
    ["event p50 ms", (row) => row.p50Ms],
    ["event p99 ms", (row) => row.p99Ms],
    ["page of 50 records, ms", (row) => row.pageMs],
  ], historyRows));
}

async function measureSize(size: number): Promise<SizeRow> {
  const cluster = await Cluster.open({ store: `sqlite:${file}`, durability: "fsync" });
  try {
    await new DegovClient({ engines: [cluster.url] }).register(chainWorkflow(STEPS));
    const order = { steps: STEPS, clients: CLIENTS, warmUpMs: measuredMs / 2, measuredMs, callsMax: 200_000 };
    const { figures, before, after } = await cluster.load(order);
    const steps = figures.count * STEPS;
    const engineSeconds = after.processes.engine.cpuSeconds - before.processes.engine.cpuSeconds;
    const { store: from } = before.counters;
    const { store: to } = after.counters;
    return {
      finished: size,
      fileMib: (await Deno.stat(file)).size / 2 ** 20,
      workflowsPerSecond: figures.count / figures.seconds,
      p50Ms: figures.p50Ms,
      p99Ms: figures.p99Ms,
      engineStepUs: engineSeconds * 1e6 / steps,
      engineMib: after.processes.engine.residentBytes / 2 ** 20,
      readsPerStep: (to.reads - from.reads) / steps,
      writesPerStep: (to.writes - from.writes) / steps,
    };
  } finally {
    await cluster.close();
  }
}

async function syncFile(): Promise<void> {
  using handle = await Deno.open(file, { write: true });
  await handle.sync();
}

/** One instance that takes events for ever. */
async function measureHistories(): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  const cluster = await Cluster.open({ store: "sqlite:", durability: "fsync" });
  try {
    const client = new DegovClient({ engines: [cluster.url] });
    await client.register({
      name: "ticks",
      initial: "counting",
      states: {
        counting: {
          on: { tick: [{ target: "counting", actions: [{ set: { key: "last", expression: "event.data" } }] }] },
        },
      },
    });
    const { id } = await client.start("ticks");
    let events = 0;
    for (const length of lengths) {
      const latenciesMs: number[] = [];
      for (; events < length; events++) {
        const beganMs = performance.now();
        await client.send(id, "tick", { data: events });
        if (length - events <= SAMPLE) latenciesMs.push(performance.now() - beganMs);
      }
      const { p50Ms, p99Ms } = quantiles(latenciesMs);
      rows.push({ events, p50Ms, p99Ms, pageMs: await newestPageMs(cluster.url, id, events) });
    }
  } finally {
    await cluster.close();
  }
  return rows;
}

async function newestPageMs(url: string, instanceId: string, events: number): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(`${url}/degov.v1.WorkflowService/GetHistory`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ instanceId, afterSequence: String(Math.max(0, events - 50)), pageSize: 50 }),
  });
  await response.json();
  return performance.now() - beganMs;
}
