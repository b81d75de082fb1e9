/** The engine process. */

import { getLogger } from "@logtape/logtape";
import { isLoopback } from "../shared/address.ts";
import { DegovError } from "../shared/errors.ts";
import { configureLog } from "../shared/log.ts";
import { exitWith, stopSignal } from "../shared/program.ts";
import type { Tls } from "./access/listener.ts";
import { WatchedTokenFile } from "./access/token_table.ts";
import { parseWebhookFile } from "./events/webhook_file.ts";
import type { EngineOptions } from "./engine.ts";
import { appendTo } from "./maintenance/export_file.ts";
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

/** An engine as the settings say. @throws DegovError when the store, a file or the address cannot be had. */
export async function openServer(config: EngineConfig): Promise<EngineServer> {
  const { listen, sessionTimeoutMs, requestsPerSecond, eventsKeepMs, durability, fdbPrefix: prefix } = config;
  const tls = config.tls === undefined ? undefined : await readTls(config.tls);
  const webhooks = config.webhooks === undefined
    ? []
    : await parseWebhookFile(await readText(config.webhooks, "--webhooks"), (path) => readText(path, "secretFile"));
  const tokens = config.tokens === undefined ? undefined : await WatchedTokenFile.open(config.tokens);
  if (!isLoopback(listen.hostname) && tls === undefined) {
    logger.warning("Without --tls-cert tokens cross the network in the clear; put TLS before {host}", {
      host: listen.hostname,
    });
  }
  const store = await openStore(config.store, { durability, prefix });
  const retention = toRetention(config.retention);
  return await serveEngine({
    store,
    webhooks,
    eventsKeepMs,
    listen,
    sessionTimeoutMs,
    retention,
    tls,
    tokens,
    requestsPerSecond,
  });
}

function toRetention(config: EngineConfig["retention"]): EngineOptions["retention"] {
  if (config === undefined) return undefined;
  const { retainMs, exportPath } = config;
  return { retainMs, ...(exportPath === undefined ? {} : { exportTo: appendTo(exportPath) }) };
}

async function readTls({ certificate, key, clientAuthority }: NonNullable<EngineConfig["tls"]>): Promise<Tls> {
  return {
    certificate: await readText(certificate, "--tls-cert"),
    key: await readText(key, "--tls-key"),
    ...(clientAuthority === undefined ? {} : { clientAuthority: await readText(clientAuthority, "--tls-client-ca") }),
  };
}

async function readText(path: string, flag: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new DegovError("INVALID_ARGUMENT", `Cannot read ${path} of ${flag}: ${(error as Error).message}`);
  }
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    exitWith(error);
  }
  Deno.exit(0);
}
