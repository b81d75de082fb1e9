import { equal, match, ok } from "node:assert/strict";
import { METRICS } from "../../engine/signals/metric_table.ts";
import { serveEngine } from "../../engine/server.ts";
import { MemoryStore } from "../../engine/store/memory_store.ts";
import { DegovClient } from "../../shared/client/client.ts";
import { engineTransport } from "../../shared/client/transport.ts";
import { systemClock } from "../../shared/clock.ts";
import { EngineClient } from "../../worker/engine_client.ts";

async function open() {
  const store = new MemoryStore({ clock: systemClock });
  const server = await serveEngine({ store, listen: { hostname: "127.0.0.1", port: 0 } });
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, text: await response.text() };
  };
  return { store, server, get };
}

Deno.test("GET /healthz says that the process lives, GET /readyz that its store answers", async () => {
  const { store, server, get } = await open();
  equal((await get("/healthz")).status, 200);
  equal((await get("/readyz")).status, 200);
  await store.close();
  const { status, text } = await get("/readyz");
  equal(status, 503);
  equal(text, "not ready: the store does not answer\n");
  equal((await get("/healthz")).status, 200);
  await server.close();
});

Deno.test("GET /metrics has every metric of the table, and counts what happens", async () => {
  const { server, get } = await open();
  const first = await get("/metrics");
  for (const [name, { type }] of Object.entries(METRICS)) {
    ok(first.text.includes(`# TYPE ${name} ${type}\n`), `${name} is missing`);
  }
  const client = new DegovClient({ engines: [server.url] });
  await client.register({
    name: "one",
    initial: "a",
    states: { a: { enter: [{ task: { name: "t", code: "1" } }] } },
  });
  await client.start("one", { instanceId: "i1" });
  match((await get("/metrics")).text, /^degov_tasks_queued\{capability="javascript"\} 1$/m);

  const worker = new EngineClient(engineTransport([server.url]));
  const session = await worker.register({ workerId: "w1", slots: 2, version: "test" });
  const { tasks } = await worker.poll(session, 2, AbortSignal.timeout(60_000));
  equal(tasks.length, 1);
  await worker.heartbeat(session, tasks, {
    ...{ slots: 2, busy: 1, queued: 0, residentBytes: 1_000, executions: 7, failures: 0, deadlines: 3, memoryKills: 0 },
    ...{ crashes: 1, isolatesStarted: 4, isolatesRecycled: 0, codeCacheHits: 5, codeCacheMisses: 2 },
  });
  match((await get("/metrics")).text, /^degov_leases 1$/m);
  const lease = { instanceId: "i1", taskId: tasks[0].taskId, leaseToken: tasks[0].leaseToken };
  const output = new TextEncoder().encode("1");
  await worker.complete(session, [{ lease, durationMs: 40, result: { case: "output", value: output } }]);

  const { text } = await get("/metrics");
  for (
    const line of [
      'degov_tasks_queued{capability="javascript"} 0',
      'degov_isolate_executions_total{worker="w1"} 7',
      'degov_isolate_kills_total{worker="w1",reason="deadline"} 3',
      'degov_isolates_busy{worker="w1"} 1',
      "degov_leases 0",
      "degov_workers 1",
      'degov_instances_started_total{workflow="one"} 1',
      'degov_step_seconds_bucket{le="0.05",workflow="one",outcome="completed"} 1',
      'degov_instance_seconds_count{workflow="one",status="completed"} 1',
      'degov_rpcs_total{method="StartInstance"} 1',
    ]
  ) ok(text.split("\n").includes(line), `${line} is not in:\n${text}`);
  await server.close();
});
