import { deepEqual, equal, ok } from "node:assert/strict";
import { startEngine, startWorker } from "../examples/crash_recovery/processes.ts";
import { DegovClient } from "../shared/client/client.ts";
import type { JsonObject } from "../shared/json.ts";

Deno.test("three equal workers get 80 to 120 of 300 equal tasks each", async () => {
  const folder = await Deno.makeTempDir();
  const engine = await startEngine({ storePath: `${folder}/engine.db` });
  const workers = await Promise.all(
    ["a", "b", "c"].map((name) => startWorker({ engine: engine.address, args: ["--name", name, "--isolates", "1"] })),
  );
  try {
    const client = new DegovClient({ engines: [engine.address] });
    await client.register({
      name: "equal",
      initial: "s",
      // Long enough that no worker is done before the others are asked.
      states: {
        s: { enter: [{ task: { name: "t", code: "await new Promise((done) => setTimeout(done, 20)); return 1;" } }] },
      },
    });
    const shares: Record<string, number> = {};
    await Promise.all(Array.from({ length: 300 }, async () => {
      const { id, status } = await client.start("equal", { waitMs: 60_000 });
      equal(status, "completed");
      for await (const { entries } of client.history(id)) {
        for (const entry of entries) {
          const worker = ((entry.taskCompleted as JsonObject)?.workerId as string | undefined)?.[0];
          if (worker !== undefined) shares[worker] = (shares[worker] ?? 0) + 1;
        }
      }
    }));
    deepEqual(Object.keys(shares).sort(), ["a", "b", "c"]);
    for (const share of Object.values(shares)) ok(share >= 80 && share <= 120, JSON.stringify(shares));
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
    await engine.kill();
    await Deno.remove(folder, { recursive: true });
  }
});
