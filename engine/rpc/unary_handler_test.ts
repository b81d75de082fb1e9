import { deepEqual, equal } from "node:assert/strict";
import { Code, ConnectError, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  GetInstanceRequestSchema,
  GetInstanceResponseSchema,
  WorkflowService,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { unaryHandler, type UnaryImplementation } from "./unary_handler.ts";

const method = WorkflowService.method.getInstance;

function handler(implementation: UnaryImplementation, interceptors: Interceptor[] = []) {
  return unaryHandler(method, implementation, { interceptors, readBytesMax: 100 });
}

function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, verb = "POST"): Request {
  const length = typeof body === "string" ? new TextEncoder().encode(body).length : body.length;
  return new Request("http://engine/path", {
    method: verb,
    headers: { "content-type": "application/json", "content-length": String(length), ...headers },
    ...(verb === "GET" ? {} : { body }),
  });
}

const found: UnaryImplementation = (message) => ({
  instance: { id: (message as unknown as { instanceId: string }).instanceId },
});

Deno.test("unaryHandler() answers JSON with JSON, and binary with binary", async () => {
  const asJson = await handler(found)(post('{"instanceId":"i1","unknown":1}'))!;
  equal(asJson.headers.get("content-type"), "application/json");
  deepEqual(await asJson.json(), { instance: { id: "i1" } });
  const request = toBinary(GetInstanceRequestSchema, create(GetInstanceRequestSchema, { instanceId: "i2" }));
  const asBinary = await handler(found)(
    post(request as Uint8Array<ArrayBuffer>, { "content-type": "application/proto" }),
  )!;
  equal(asBinary.headers.get("content-type"), "application/proto");
  const expected = toBinary(
    GetInstanceResponseSchema,
    create(GetInstanceResponseSchema, { instance: { id: "i2" } }),
  );
  deepEqual(new Uint8Array(await asBinary.arrayBuffer()), expected);
});

Deno.test("[U1] unaryHandler() leaves what is no plain call untouched", () => {
  const requests = [
    post("", {}, "GET"),
    post("{}", { "content-type": "application/grpc-web+proto" }),
    post("{}", { "content-encoding": "gzip" }),
    post("{}", { "content-length": "101" }),
    post("{}", { "content-length": "many" }),
  ];
  for (const request of requests) {
    equal(handler(found)(request), undefined);
    equal(request.bodyUsed, false);
  }
});

Deno.test("[U2] unaryHandler() calls through the interceptors, the first one outermost", async () => {
  const seen: string[] = [];
  const interceptor = (name: string): Interceptor => (next) => async (request) => {
    seen.push(`${name} ${request.method.name} ${request.header.get("authorization")}`);
    const response = await next(request);
    response.header.set(`x-${name}`, "yes");
    return response;
  };
  const response = await handler(found, [interceptor("a"), interceptor("b")])(post("{}", { authorization: "t" }))!;
  deepEqual(seen, ["a GetInstance t", "b GetInstance t"]);
  deepEqual([response.headers.get("x-a"), response.headers.get("x-b")], ["yes", "yes"]);
});

Deno.test("unaryHandler() answers a Connect error with its status, and a message it cannot parse with invalid_argument", async () => {
  const missing = handler(() => {
    throw new ConnectError("no such instance", Code.NotFound);
  });
  const response = await missing(post("{}"))!;
  equal(response.status, 404);
  deepEqual(await response.json(), { code: "not_found", message: "no such instance" });
  const broken = await handler(found)(post("{"))!;
  equal(broken.status, 400);
  equal((await broken.json()).code, "invalid_argument");
});

Deno.test("unaryHandler() hands the request's signal to the service", async () => {
  let aborted: boolean | undefined;
  const controller = new AbortController();
  const request = new Request(post("{}"), { signal: controller.signal });
  await handler((_: unknown, context: HandlerContext) => {
    controller.abort();
    aborted = context.signal.aborted;
    return {};
  })(request)!;
  equal(aborted, true);
});
