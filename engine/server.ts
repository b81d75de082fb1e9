/** A running engine process: the engine, and its application on a socket. */

import { getLogger } from "@logtape/logtape";
import type { Address } from "../shared/address.ts";
import { DegovError } from "../shared/errors.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { app } from "./rpc/app.ts";

const logger = getLogger(["degov", "engine"]);

export interface EngineServer {
  readonly engine: Engine;
  /** Where it listens, as `http://HOST:PORT`. */
  readonly url: string;
  /** Answers what waits, finishes what is under way, closes the store. Idempotent. */
  close(): Promise<void>;
}

/** @throws DegovError UNAVAILABLE when the address cannot be had. */
export async function serveEngine(options: EngineOptions & { listen: Address }): Promise<EngineServer> {
  const onError = (what: string, error: unknown) => logger.error("Cannot {what}: {error}", { what, error });
  const engine = await Engine.open({ onError, ...options });
  const { hostname, port } = options.listen;
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    const application = app(engine, { onInternalError: onError });
    server = Deno.serve({ hostname, port, onListen: () => {} }, application.fetch);
  } catch (error) {
    await engine.close();
    throw new DegovError(
      "UNAVAILABLE",
      `Cannot listen on ${hostname}:${port}: ${
        (error as Error).message
      }; is another engine running? Choose another with --listen`,
      { cause: error },
    );
  }
  const host = server.addr.hostname.includes(":") ? `[${server.addr.hostname}]` : server.addr.hostname;
  let closing: Promise<void> | undefined;
  return {
    engine,
    url: `http://${host}:${server.addr.port}`,
    close: () =>
      closing ??= (async () => {
        // Waiting calls end by themselves once the engine closes, and the server waits for them.
        await Promise.all([engine.drain(), server.shutdown()]);
        await engine.close();
      })(),
  };
}
