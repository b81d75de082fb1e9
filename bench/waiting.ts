/**
 * Many instances that wait for an event, on one engine: what they cost in memory, and how long an event takes.
 *
 * Run: deno task bench:waiting [--quick] [--json] [--instances=100000] [--events=5000]
 */

import { parseArgs } from "node:util";
import { DegovClient } from "../shared/client/client.ts";
import { quantiles } from "./load/closed_loop.ts";
import { Cluster } from "./load/cluster.ts";
import { machineName } from "./load/process_figures.ts";
import { formatTable } from "./load/table.ts";

interface Row {
  callers: number;
  eventsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

const STARTS_AT_ONCE = 64;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    instances: { type: "string" },
    events: { type: "string" },
  },
});
const instances = Number(values.instances ?? (values.quick ? 2_000 : 100_000));
const events = Number(values.events ?? (values.quick ? 400 : 5_000));

const cluster = await Cluster.open({ store: "sqlite:", durability: "fsync" });
try {
  const client = new DegovClient({ engines: [cluster.url] });
  await client.register({
    name: "waiting",
    initial: "waiting",
    states: {
      waiting: { on: { nudge: [{ target: "waiting" }], finish: [{ target: "ended" }] } },
      ended: { final: "completed" },
    },
  });
  const ids: string[] = [];
  const atRestMib = await engineMib();
  await inLanes(STARTS_AT_ONCE, instances, async () => {
    ids.push((await client.start("waiting", { input: { order: ids.length } })).id);
  });
  const waitingMib = await engineMib();
  const rows: Row[] = [];
  for (const callers of [1, 16]) rows.push(await sendEvents(client, ids, callers));
  const afterMib = await engineMib();
  if (values.json) {
    const conditions = { benchmark: "waiting", machine: machineName(), runtime: `deno ${Deno.version.deno}` };
    console.log(JSON.stringify({ ...conditions, instances, atRestMib, waitingMib, afterMib, rows }));
  } else {
    console.log(`${machineName()}; deno ${Deno.version.deno}; sqlite, durability fsync; ${new Date().toISOString()}`);
    console.log(
      `${instances} instances waiting: engine RSS ${atRestMib.toFixed(0)} MiB before, ${
        waitingMib.toFixed(0)
      } MiB with ` +
        `them, ${afterMib.toFixed(0)} MiB after ${2 * events} events`,
    );
    console.log(formatTable<Row>([
      ["callers", (row) => row.callers],
      ["events/s", (row) => row.eventsPerSecond],
      ["p50 ms", (row) => row.p50Ms],
      ["p99 ms", (row) => row.p99Ms],
      ["max ms", (row) => row.maxMs],
    ], rows));
  }
} finally {
  await cluster.close();
}

/** Events to instances spread over all of them; the first tenth warms up and is not counted. */
async function sendEvents(client: DegovClient, ids: readonly string[], callers: number): Promise<Row> {
  const latenciesMs: number[] = [];
  const warmUp = events / 10;
  let sent = 0;
  let beganMs = 0;
  await inLanes(callers, events + warmUp, async () => {
    const number = sent++;
    if (number === warmUp) beganMs = performance.now();
    const id = ids[(number * 7_919) % ids.length];
    const sentMs = performance.now();
    await client.send(id, "nudge");
    if (number >= warmUp) latenciesMs.push(performance.now() - sentMs);
  });
  return { callers, eventsPerSecond: events / ((performance.now() - beganMs) / 1000), ...quantiles(latenciesMs) };
}

async function inLanes(lanes: number, count: number, call: () => Promise<void>): Promise<void> {
  let begun = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (begun++ < count) await call();
  }));
}

async function engineMib(): Promise<number> {
  return (await cluster.snapshot()).processes.engine.residentBytes / 2 ** 20;
}
