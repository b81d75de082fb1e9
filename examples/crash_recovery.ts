/**
 * Nothing is lost: engines and workers are killed in mid-run, and every instance still ends right.
 *
 *   deno run -A examples/crash_recovery.ts [INSTANCES]
 *
 * Runs a real engine process on a SQLite file and a real worker process. While instances of a five-state workflow run,
 * the engine and the worker process are killed with SIGKILL, three times each, and started again (the worker process by its
 * supervisor). At the end every
 * instance that was acknowledged is looked up, and its output and history are checked.
 */

import { join } from "node:path";
import { DegovClient } from "../shared/client/client.ts";
import { chainDefinition, checkChain } from "./crash_recovery/chain.ts";
import { type Child, startEngine, startWorker, type WorkerChild } from "./crash_recovery/processes.ts";

const KILLS = 3;
const instances = Number(Deno.args[0] ?? 60);
if (!Number.isInteger(instances) || instances < 1) {
  console.error("Usage: deno run -A examples/crash_recovery.ts [INSTANCES]");
  Deno.exit(2);
}

const folder = await Deno.makeTempDir({ prefix: "degov-crash-" });
const storePath = join(folder, "engine.db");
let engine: Child = await startEngine({ storePath });
const worker: WorkerChild = await startWorker({ engine: engine.address });
const client = new DegovClient({ engines: [engine.address], retryForMs: 60_000 });

try {
  await client.register(chainDefinition());
  console.log(`Starting ${instances} instances; killing the engine and the worker ${KILLS} times each\n`);

  let ended = 0;
  /** Waits until so many have ended, or one has failed. */
  const untilEnded = async (count: number) => {
    while (ended < Math.floor(count)) {
      const over = results.then(() => true);
      if (await Promise.race([over, new Promise<false>((resolve) => setTimeout(resolve, 5, false))])) return;
    }
  };
  const results = Promise.all(Array.from({ length: instances }, async (_, index) => {
    const started = await client.start("crash-chain", { instanceId: `order-${index}`, input: { value: index } });
    const result = await client.result(started.id);
    ended++;
    return result;
  }));

  for (let kill = 1; kill <= KILLS; kill++) {
    await untilEnded((instances * (2 * kill - 1)) / (2 * KILLS + 1));
    console.log(`${ended} of ${instances} ended: kill -9 of the engine (${kill})`);
    await engine.kill();
    engine = await startEngine({ storePath, port: engine.port });
    await untilEnded((instances * 2 * kill) / (2 * KILLS + 1));
    console.log(`${ended} of ${instances} ended: kill -9 of the worker (${kill})`);
    worker.crash();
  }

  const problems: string[] = [];
  for (const instance of await results) {
    const history = [];
    for await (const record of client.history(instance.id)) history.push(record);
    problems.push(...checkChain(instance, history));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  console.log(`\nAll ${instances} instances completed; every output is right, no transition was applied twice`);
} finally {
  await worker.kill();
  await engine.kill();
  await Deno.remove(folder, { recursive: true });
}
