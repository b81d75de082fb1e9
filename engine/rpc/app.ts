/** The engine's HTTP application: Connect and gRPC-Web, JSON and binary, served through Hono. */

import type { DescMessage, DescMethodUnary, DescService } from "@bufbuild/protobuf";
import { Code, ConnectError, createConnectRouter, type Interceptor } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { Hono } from "hono";
import { WorkerService } from "../../proto/gen/degov/v1/worker_service_pb.ts";
import { WorkflowService } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { RPC_BYTES_MAX } from "../../shared/limits.ts";
import { dashboard } from "../dashboard/dashboard.ts";
import type { Engine } from "../engine.ts";
import { errorResponse, notParsed } from "./errors.ts";
import { errorInterceptor, type RouteOptions, routes } from "./routes.ts";
import { type UnaryHandler, unaryHandler, type UnaryImplementation } from "./unary_handler.ts";
import { workerService } from "./worker_service.ts";
import { workflowService } from "./workflow_service.ts";

export function app(engine: Engine, options: RouteOptions): Hono {
  const hono = new Hono();
  const interceptors = [...options.interceptors ?? [], errorInterceptor(engine, options)];
  const router = createConnectRouter({
    grpc: false,
    readMaxBytes: RPC_BYTES_MAX,
    writeMaxBytes: RPC_BYTES_MAX,
    interceptors,
  });
  routes(engine, options)(router);
  const unary = unaryHandlers(engine, interceptors);
  for (const handler of router.handlers) {
    const fetchHandler = createFetchHandler(handler, { httpVersion: "1.1" });
    const handleUnary = unary.get(handler.requestPath);
    hono.all(handler.requestPath, (context) => {
      const { raw } = context.req;
      const answering = handleUnary?.(raw);
      if (answering !== undefined) return answering;
      const bytes = Number(raw.headers.get("content-length") ?? 0);
      return bytes > RPC_BYTES_MAX ? tooLarge(bytes) : blameCaller(fetchHandler(raw), handler.method.input);
    });
  }
  hono.get("/debug/counters", (context) => context.json(engine.counters()));
  hono.route("/", dashboard(engine, options));
  hono.notFound((context) =>
    context.json({ code: "not_found", message: `There is nothing at ${context.req.path}` }, 404)
  );
  return hono;
}

/** The unary methods of both services, by path. */
function unaryHandlers(engine: Engine, interceptors: readonly Interceptor[]): Map<string, UnaryHandler> {
  const handlers = new Map<string, UnaryHandler>();
  const add = (service: DescService, implementations: object) => {
    for (const method of service.methods) {
      if (method.methodKind !== "unary") continue;
      const implementation = (implementations as Record<string, UnaryImplementation>)[method.localName];
      const options = { interceptors, readBytesMax: RPC_BYTES_MAX };
      handlers.set(
        `/${service.typeName}/${method.name}`,
        unaryHandler(method as DescMethodUnary, implementation, options),
      );
    }
  };
  add(WorkflowService, workflowService(engine, {}));
  add(WorkerService, workerService(engine));
  return handlers;
}

/** Answered before the body is read. */
function tooLarge(bytes: number): Response {
  const message = `The request has ${bytes} bytes, and at most ${RPC_BYTES_MAX} are allowed`;
  return errorResponse(new ConnectError(message, Code.InvalidArgument));
}

/** Connect calls a message that it cannot parse an internal error; it is the caller's. */
async function blameCaller(answering: Promise<Response>, input: DescMessage): Promise<Response> {
  const response = await answering;
  if (response.status !== 500) return response;
  const text = await response.text();
  const { message } = JSON.parse(text) as { message?: string };
  return message?.startsWith("parse binary") ? errorResponse(notParsed(input, message)) : new Response(text, response);
}
