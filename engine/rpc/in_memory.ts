/** Calls to an engine of the same process, without a socket. */

import { createRouterTransport, type Transport } from "@connectrpc/connect";
import { RPC_BYTES_MAX } from "../../shared/limits.ts";
import type { Engine } from "../engine.ts";
import { errorInterceptor, type RouteOptions, routes } from "./routes.ts";

export function inMemoryTransport(engine: Engine, options: RouteOptions): Transport {
  return createRouterTransport(routes(engine, options), {
    router: {
      readMaxBytes: RPC_BYTES_MAX,
      writeMaxBytes: RPC_BYTES_MAX,
      interceptors: [errorInterceptor(engine, options)],
    },
  });
}
