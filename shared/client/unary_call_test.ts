import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { GetInstanceResponseSchema, WorkflowService } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { fromConnectError } from "./errors.ts";
import { type Post, unaryCall } from "./unary_call.ts";

const call = { method: WorkflowService.method.getInstance, input: { instanceId: "i1" } };
const answer = toBinary(GetInstanceResponseSchema, create(GetInstanceResponseSchema, { instance: { id: "i1" } }));

function answering(body: BodyInit, init: ResponseInit): Post {
  return () => Promise.resolve(new Response(body, init));
}

async function errorOf(post: Post, options: Parameters<typeof unaryCall>[2] = {}): Promise<ConnectError> {
  try {
    await unaryCall(post, call, options);
  } catch (error) {
    ok(error instanceof ConnectError, String(error));
    return error;
  }
  throw new Error("The call was to fail");
}

Deno.test("unaryCall() posts the message to the method's path, and returns the answer's", async () => {
  const seen: unknown[] = [];
  const post: Post = (path, { headers, method }) => {
    seen.push(path, method, new Headers(headers).get("content-type"), new Headers(headers).get("x-mine"));
    const init = { headers: { "content-type": "application/proto" } };
    return Promise.resolve(new Response(answer as Uint8Array<ArrayBuffer>, init));
  };
  const { message } = await unaryCall(post, call, { header: { "x-mine": "yes" } });
  equal(message.instance?.id, "i1");
  deepEqual(seen, ["/degov.v1.WorkflowService/GetInstance", "POST", "application/proto", "yes"]);
});

Deno.test("unaryCall() throws the engine's own error", async () => {
  const body = JSON.stringify({ code: "not_found", message: "no such instance" });
  const { code, rawMessage } = await errorOf(
    answering(body, { status: 404, headers: { "content-type": "application/json" } }),
  );
  deepEqual({ code, rawMessage }, { code: Code.NotFound, rawMessage: "no such instance" });
});

Deno.test("unaryCall() makes an error of what is no answer of an engine", async () => {
  const page = { headers: { "content-type": "text/html" } };
  equal((await errorOf(answering("<html>", { ...page, status: 502 }))).code, Code.Unavailable);
  equal((await errorOf(answering("<html>", { ...page, status: 200 }))).code, Code.Unknown);
  const broken = await errorOf(() => Promise.reject(new TypeError("connection refused")));
  equal(fromConnectError(broken).code, "UNAVAILABLE");
});

Deno.test("unaryCall() ends with its time limit and with its caller's signal", async () => {
  const silent: Post = (_, { signal }) =>
    new Promise((_, reject) => {
      if (signal!.aborted) reject(signal!.reason);
      signal!.addEventListener("abort", () => reject(signal!.reason));
    });
  equal((await errorOf(silent, { timeoutMs: 1 })).code, Code.Unavailable); // another engine may answer
  const caller = new AbortController();
  const calling = rejects(unaryCall(silent, call, { timeoutMs: 60_000, signal: caller.signal }), ConnectError);
  caller.abort();
  await calling;
  equal((await errorOf(silent, { timeoutMs: 60_000, signal: caller.signal })).code, Code.Canceled);
});
