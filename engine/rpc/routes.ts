/** Both services and how their errors are answered: all that HTTP and a transport in memory have in common. */

import type { ConnectError, ConnectRouter, Interceptor } from "@connectrpc/connect";
import { WorkerService } from "../../proto/gen/degov/v1/worker_service_pb.ts";
import { WorkflowService } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import type { Engine } from "../engine.ts";
import { toConnectError } from "./errors.ts";
import { workerService } from "./worker_service.ts";
import { workflowService } from "./workflow_service.ts";

export interface RouteOptions {
  /** Told of calls that failed by a fault of ours. */
  onInternalError: (what: string, error: unknown) => void;
  /** How often a stream without news says that it is alive. */
  keepAliveMs?: number;
  /** Around all others: they see every call and what its caller is answered. */
  interceptors?: readonly Interceptor[];
}

/** Both services. */
export function routes(engine: Engine, options: RouteOptions): (router: ConnectRouter) => void {
  return (router) => {
    router.service(WorkflowService, workflowService(engine, options));
    router.service(WorkerService, workerService(engine));
  };
}

/** Counts calls, and turns what the services throw into Connect's errors. */
export function errorInterceptor(engine: Engine, options: RouteOptions): Interceptor {
  return (next) => async (request) => {
    engine.countRpc(request.method.name);
    const convert = (error: unknown) =>
      toConnectError(error, (internal) => options.onInternalError(request.method.name, internal));
    try {
      const response = await next(request);
      return response.stream ? { ...response, message: converted(response.message, convert) } : response;
    } catch (error) {
      throw convert(error);
    }
  };
}

async function* converted<T>(messages: AsyncIterable<T>, convert: (error: unknown) => ConnectError): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw convert(error);
  }
}
