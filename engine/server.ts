/** A running engine process: the engine, and its application on a socket. */

import { getLogger } from "@logtape/logtape";
import type { Address } from "../shared/address.ts";
import { assertDeclared } from "./access/access_table.ts";
import { loggedAudit } from "./access/audit_log.ts";
import { Gate } from "./access/gate.ts";
import { listen, type Listener, type Tls } from "./access/listener.ts";
import type { WatchedTokenFile } from "./access/token_table.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { systemClock } from "../shared/clock.ts";
import type { Webhook } from "./events/webhook_file.ts";
import { Webhooks } from "./events/webhooks.ts";
import { app } from "./rpc/app.ts";
import { EngineMetrics } from "./signals/metrics.ts";
import { mountSignals } from "./signals/routes.ts";
import { auditInterceptor } from "./rpc/audit_interceptor.ts";

const logger = getLogger(["degov", "engine"]);

export interface EngineServer {
  readonly engine: Engine;
  /** Where it listens, as `http://HOST:PORT` or `https://HOST:PORT`. */
  readonly url: string;
  /** Answers what waits, finishes what is under way, closes the store. Idempotent. */
  close(): Promise<void>;
}

export interface ServeOptions extends EngineOptions {
  listen: Address;
  tls?: Tls;
  /** Who may do what; without it every program of this machine may do everything, and nobody else anything. */
  tokens?: WatchedTokenFile;
  /** Who is told of events; they need `eventsKeepMs`. */
  webhooks?: readonly Webhook[];
  /** Of each caller; 0 means no bound. */
  requestsPerSecond?: number;
}

/** @throws DegovError UNAVAILABLE when the address cannot be had. */
export async function serveEngine(options: ServeOptions): Promise<EngineServer> {
  const { tokens, tls, requestsPerSecond } = options;
  const onError = (what: string, error: unknown) => logger.error("Cannot {what}: {error}", { what, error });
  const metrics = new EngineMetrics();
  const engine = await Engine.open({ onError, meter: metrics, ...options });
  const audit = tokens === undefined ? undefined : loggedAudit;
  const gate = new Gate({ tokens: tokens?.table, secure: tls !== undefined, audit, requestsPerSecond });
  const interceptors = audit === undefined ? [] : [auditInterceptor(audit, gate)];
  const application = app(engine, { onInternalError: onError, interceptors });
  const { store, clock = systemClock } = options;
  const webhooks = new Webhooks(options.webhooks ?? [], { log: engine.eventLog, store, clock });
  mountSignals(application, { engine, metrics, deliveries: webhooks });
  assertDeclared(application.routes);
  const serve = (request: Request) => application.fetch(request);
  let listener: Listener;
  try {
    listener = await listen(options.listen, (request, peer) => gate.handle(request, peer, serve), tls);
  } catch (error) {
    tokens?.close();
    await engine.close();
    throw error;
  }
  webhooks.start();
  let closing: Promise<void> | undefined;
  return {
    engine,
    url: listener.url,
    close: () =>
      closing ??= (async () => {
        tokens?.close();
        await webhooks.close();
        // Waiting calls end by themselves once the engine closes, and the server waits for them.
        await Promise.all([engine.drain(), listener.shutdown()]);
        await engine.close();
      })(),
  };
}
