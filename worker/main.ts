/** The worker: a supervisor, or one of its worker processes. */

import { getLogger } from "@logtape/logtape";
import { engineTransport } from "../shared/client/transport.ts";
import { newToken } from "../shared/ids.ts";
import { configureLog } from "../shared/log.ts";
import { exitWith, stopSignal } from "../shared/program.ts";
import { readWorkerConfig, WORKER_HELP } from "./config.ts";
import { readCredentials } from "./credentials.ts";
import { EngineClient } from "./engine_client.ts";
import { ISOLATE_ARGUMENT } from "./pool/isolate_command.ts";
import { runWorkerProcess, spawnWorkerProcess } from "./process.ts";
import { Supervisor } from "./supervisor.ts";

const logger = getLogger(["degov", "supervisor"]);

/**
 * Runs a worker until it is told to stop. `command` starts this very program again, with the permissions that a worker
 * process needs.
 */
export async function main(args: readonly string[], command: readonly string[]): Promise<void> {
  const config = readWorkerConfig(args);
  if (config.help) return console.log(WORKER_HELP);
  await configureLog(config.log);
  if (config.processId !== undefined) return await runWorkerProcess(config.processId, config);
  const supervisor = new Supervisor({
    processes: config.processes,
    client: new EngineClient(engineTransport(config.engines, await readCredentials(config.credentials))),
    newWorkerId: () => `${config.name}-${newToken().slice(0, 8)}`,
    spawn: (workerId) => spawnWorkerProcess(workerId, args, command),
  });
  void stopSignal().then((signal) => {
    logger.info("Stopping on {signal}", { signal });
    supervisor.stop();
  });
  await supervisor.run();
}

if (import.meta.main) {
  if (Deno.build.standalone && Deno.args[0] === ISOLATE_ARGUMENT) {
    const { runWarden } = await import("./isolate/warden.ts");
    runWarden();
    await new Promise(() => {}); // it ends the process itself
  }
  try {
    const permissions = ["--quiet", "-P=worker"];
    const self = Deno.build.standalone ? [] : ["run", ...permissions, import.meta.filename!];
    await main(Deno.args, [Deno.execPath(), ...self]);
  } catch (error) {
    exitWith(error);
  }
  Deno.exit(0);
}
