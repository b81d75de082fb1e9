/** Calls to an engine of the same process, without a socket. */

import { setImmediate } from "node:timers/promises";
import { createRouterTransport, type Interceptor, type Transport } from "@connectrpc/connect";
import { RPC_BYTES_MAX } from "../../shared/limits.ts";
import type { Engine } from "../engine.ts";
import { errorInterceptor, type RouteOptions, routes } from "./routes.ts";

/**
 * A call over a socket comes back in a later turn of the event loop; so does this one. Otherwise a program that calls in
 * a loop would keep the worker beside it, and every timer, from ever having its turn.
 */
const inLaterTurn: Interceptor = (next) => async (request) => {
  await setImmediate();
  return await next(request);
};

export function inMemoryTransport(engine: Engine, options: RouteOptions): Transport {
  return createRouterTransport(routes(engine, options), {
    transport: { interceptors: [inLaterTurn] },
    router: {
      readMaxBytes: RPC_BYTES_MAX,
      writeMaxBytes: RPC_BYTES_MAX,
      interceptors: [errorInterceptor(engine, options)],
    },
  });
}
