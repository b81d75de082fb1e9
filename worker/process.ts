/** Worker processes: how the supervisor starts one, and what runs in it. */

import { engineTransport } from "../shared/client/transport.ts";
import type { WorkerConfig } from "./config.ts";
import { readCredentials } from "./credentials.ts";
import { EngineClient } from "./engine_client.ts";
import { openPool } from "./pool/process_pool.ts";
import { TaskWorker } from "./task_worker.ts";
import type { WorkerProcess } from "./supervisor.ts";
import { stopSignal } from "../shared/program.ts";

/** Memory at rest by which an isolate may grow before it is replaced. */
const ISOLATE_GROWTH_BYTES_MAX = 64 * 1024 * 1024;

/** Starts this program again, as a worker process of the given id, with this process' own flags. */
export function spawnWorkerProcess(
  workerId: string,
  args: readonly string[],
  command: readonly string[],
): WorkerProcess {
  const [program, ...before] = command;
  const child = new Deno.Command(program, {
    args: [...before, ...args, "--process-id", workerId],
    stdin: "piped", // V1: closes when this process ends, however it ends
    stdout: "inherit",
    stderr: "inherit",
    // A group of its own: Ctrl+C reaches the supervisor alone, which lets the tasks that run come to their end.
    detached: true,
  }).spawn();
  return {
    pid: child.pid,
    ended: child.status.then(({ success, code, signal }) => (
      { ok: success, how: signal === null ? `exit code ${code}` : `killed by ${signal}` }
    )),
    stop: () => {
      try {
        child.kill("SIGTERM");
      } catch {
        // it has ended already
      }
    },
  };
}

/** Works as a worker process until told to stop, or until the supervisor is gone. */
export async function runWorkerProcess(workerId: string, config: WorkerConfig): Promise<void> {
  const pool = await openPool({
    slots: config.isolates,
    queueMax: config.prefetch,
    executionsPerIsolateMax: config.executionsPerIsolate,
    isolateGrowthBytesMax: ISOLATE_GROWTH_BYTES_MAX,
    memoryBytesMax: config.memoryBytes,
  });
  const worker = new TaskWorker({
    workerId,
    client: new EngineClient(engineTransport(config.engines, await readCredentials(config.credentials))),
    pool,
    prefetch: config.prefetch,
    pollIntervalMs: config.pollIntervalMs,
    heartbeatIntervalMs: config.heartbeatIntervalMs,
    drainMs: config.drainMs,
    memoryBytes: config.memoryBytes,
  });
  void Promise.race([stopSignal(), supervisorGone()]).then(() => worker.stop());
  await worker.run();
  await pool.close();
}

/** Resolves when the pipe from the supervisor closes (V1). */
async function supervisorGone(): Promise<void> {
  const buffer = new Uint8Array(1);
  while (await Deno.stdin.read(buffer) !== null);
}
