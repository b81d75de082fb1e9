/** The engine process. */

import { getLogger } from "@logtape/logtape";
import { configureLog } from "../shared/log.ts";
import { exitWith, stopSignal } from "../shared/program.ts";
import { ENGINE_HELP, type EngineConfig, readEngineConfig } from "./config.ts";
import { type EngineServer, serveEngine } from "./server.ts";
import { openStore } from "./store/open_store.ts";

const logger = getLogger(["degov", "engine"]);

/** Runs an engine until it is told to stop. */
export async function main(args: readonly string[]): Promise<void> {
  const config = readEngineConfig(args);
  if (config.help) return console.log(ENGINE_HELP);
  await configureLog(config.log);
  const stopped = stopSignal();
  const server = await openServer(config);
  logger.info("Engine listens on {url}, store {store}", { url: server.url, store: config.store });
  const signal = await stopped;
  logger.info("Stopping on {signal}", { signal });
  await server.close();
  logger.info("Stopped");
}

/** An engine as the settings say. @throws DegovError when the store or the address cannot be had. */
export async function openServer(config: EngineConfig): Promise<EngineServer> {
  const store = await openStore(config.store, { durability: config.durability, prefix: config.fdbPrefix });
  return await serveEngine({ store, listen: config.listen, sessionTimeoutMs: config.sessionTimeoutMs });
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    exitWith(error);
  }
  Deno.exit(0);
}
