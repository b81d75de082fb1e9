/**
 * Workflows per second from start to end: client, engine and worker as separate processes over loopback, every step
 * durable before it is acknowledged.
 *
 * Run: deno task bench [--quick] [--json] [--store=SPEC] [--durability=fsync|os] [--clients=1,16] [--steps=3,10]
 *      [--client=http|sdk] [--isolates=N] [--seconds=N] [--warm-up=N] [--profile=DIRECTORY]
 */

import { parseArgs } from "node:util";
import { DegovClient } from "../shared/client/client.ts";
import { chainWorkflow } from "./load/chain_workflow.ts";
import { Cluster, type Role, type Snapshot } from "./load/cluster.ts";
import type { LoopFigures } from "./load/closed_loop.ts";
import { machineBusySeconds, machineName } from "./load/process_figures.ts";
import { formatTable } from "./load/table.ts";

const FULL = { warmUpMs: 3_000, measuredMs: 10_000, callsMax: 500_000 };
const QUICK = { warmUpMs: 300, measuredMs: 1_000, callsMax: 2_000 };

interface Row extends LoopFigures {
  steps: number;
  clients: number;
  workflowsPerSecond: number;
  /** CPU seconds per 1,000 workflows. */
  cpu: Record<Role | "total", number>;
  /** Cores that were busy with anything else meanwhile. */
  otherCores: number;
  residentMib: Record<Role, number>;
  perStep: Record<"commits" | "fsyncs" | "rpcs" | "workerRpcs" | "reads" | "writes" | "bytesWritten", number>;
  storeRetries: number;
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    store: { type: "string", default: "sqlite:" },
    durability: { type: "string", default: "fsync" },
    clients: { type: "string", default: "1,16,64,256" },
    steps: { type: "string", default: "3,10" },
    client: { type: "string", default: "http" },
    seconds: { type: "string" },
    "warm-up": { type: "string" },
    isolates: { type: "string" },
    profile: { type: "string" },
  },
});
const limits = { ...(values.quick ? QUICK : FULL) };
if (values.seconds !== undefined) limits.measuredMs = Number(values.seconds) * 1000;

if (values["warm-up"] !== undefined) limits.warmUpMs = Number(values["warm-up"]) * 1000;

const conditions = {
  benchmark: "workflows",
  machine: machineName(),
  runtime: `deno ${Deno.version.deno}`,
  store: values.store,
  durability: values.store.startsWith("memory") ? "none" : values.durability,
  isolates: values.isolates ?? "one per core",
  client: values.client,
  date: new Date().toISOString(),
  ...limits,
};

const rows: Row[] = [];
const cluster = await Cluster.open({
  store: values.store,
  durability: values.durability === "os" ? "os" : "fsync",
  ...(values.isolates === undefined ? {} : { isolates: Number(values.isolates) }),
  isSdkClient: values.client === "sdk",
  ...(values.profile === undefined ? {} : { profileDirectory: values.profile }),
});
try {
  const client = new DegovClient({ engines: [cluster.url] });
  for (const steps of toNumbers(values.steps)) {
    await client.register(chainWorkflow(steps));
    for (const clients of toNumbers(values.clients)) {
      rows.push(await measure(steps, clients));
      if (!values.json) {
        console.error(`  ${steps} steps, ${clients} clients: ${rows.at(-1)!.workflowsPerSecond.toFixed(0)}/s`);
      }
    }
  }
} finally {
  await cluster.close();
}
if (values.json) console.log(JSON.stringify({ ...conditions, rows }));
else {
  console.log(
    `${conditions.machine}; ${conditions.runtime}; store ${conditions.store}, durability ${conditions.durability}; ` +
      `isolates: ${conditions.isolates}; client: ${conditions.client}; ${conditions.date}${
        values.quick ? "; QUICK: figures mean little" : ""
      }`,
  );
  console.log(formatTable(columns(), rows));
}

async function measure(steps: number, clients: number): Promise<Row> {
  const busyBefore = machineBusySeconds();
  const beganMs = performance.now();
  const { figures, before, after } = await cluster.load({ steps, clients, ...limits });
  const busy = machineBusySeconds() - busyBefore;
  const seconds = (performance.now() - beganMs) / 1000;
  const { count } = figures;
  const cpu = cpuPer1000(before, after, count);
  const used = (cpu.total / 1000) * (count / figures.seconds);
  const allSteps = count * steps;
  const delta = (pick: (snapshot: Snapshot) => number) => (pick(after) - pick(before)) / allSteps;
  const rpcs = (snapshot: Snapshot) => Object.values(snapshot.counters.rpcs).reduce((sum, calls) => sum + calls, 0);
  const startRpcs = (snapshot: Snapshot) => snapshot.counters.rpcs.StartInstance ?? 0;
  return {
    steps,
    clients,
    ...figures,
    workflowsPerSecond: count / figures.seconds,
    cpu,
    otherCores: Math.max(0, busy / seconds - used),
    residentMib: {
      engine: after.processes.engine.residentBytes / 2 ** 20,
      worker: after.processes.worker.residentBytes / 2 ** 20,
      client: after.processes.client.residentBytes / 2 ** 20,
    },
    perStep: {
      commits: delta(({ counters }) => counters.store.commits),
      fsyncs: delta(({ counters }) => counters.store.flushes),
      rpcs: delta(rpcs),
      workerRpcs: delta((snapshot) => rpcs(snapshot) - startRpcs(snapshot)),
      reads: delta(({ counters }) => counters.store.reads),
      writes: delta(({ counters }) => counters.store.writes),
      bytesWritten: delta(({ counters }) => counters.store.bytesWritten),
    },
    storeRetries: after.counters.store.retries - before.counters.store.retries,
  };
}

function cpuPer1000(before: Snapshot, after: Snapshot, count: number): Row["cpu"] {
  const of = (role: Role) => {
    const seconds = after.processes[role].cpuSeconds - before.processes[role].cpuSeconds;
    return (seconds / count) * 1000;
  };
  const [engine, worker, client] = [of("engine"), of("worker"), of("client")];
  return { engine, worker, client, total: engine + worker + client };
}

function toNumbers(text: string): number[] {
  return text.split(",").map(Number);
}

function columns(): [string, (row: Row) => string | number][] {
  return [
    ["steps", (row) => row.steps],
    ["clients", (row) => row.clients],
    ["workflows/s", (row) => row.workflowsPerSecond],
    ["steps/s", (row) => row.workflowsPerSecond * row.steps],
    ["p50 ms", (row) => row.p50Ms],
    ["p99 ms", (row) => row.p99Ms],
    ["CPU-s/1000", (row) => row.cpu.total],
    ["engine", (row) => row.cpu.engine],
    ["worker", (row) => row.cpu.worker],
    ["client", (row) => row.cpu.client],
    ["other cores", (row) => row.otherCores],
    [
      "RSS MiB e/w/c",
      ({ residentMib: { engine, worker, client } }) => [engine, worker, client].map((mib) => mib.toFixed(0)).join("/"),
    ],
    ["commits/step", (row) => row.perStep.commits],
    ["fsyncs/step", (row) => row.perStep.fsyncs],
    ["RPCs/step", (row) => row.perStep.rpcs],
    ["of workers", (row) => row.perStep.workerRpcs],
    ["reads/step", (row) => row.perStep.reads],
    ["writes/step", (row) => row.perStep.writes],
    ["bytes/step", (row) => row.perStep.bytesWritten],
  ];
}
