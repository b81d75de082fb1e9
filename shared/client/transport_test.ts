import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  WatchInstanceRequestSchema,
  WatchInstanceResponseSchema,
} from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { DegovClient } from "./client.ts";
import { engineTransport } from "./transport.ts";

/** A server that stands for an engine, and what it was asked. */
function serve(handler: (request: Request) => Response | Promise<Response>) {
  const paths: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    paths.push(new URL(request.url).pathname.split("/").at(-1)!);
    return handler(request);
  });
  const close = async () => {
    await server.shutdown();
  };
  return { address: `http://127.0.0.1:${server.addr.port}`, paths, close };
}

/** An answer to ListWorkers: no workers. */
const nobody = () => new Response(new Uint8Array(0), { headers: { "content-type": "application/proto" } });

Deno.test("a call goes on to the next engine of the list when one refuses, is stopping, or does not answer", async () => {
  const gone = serve(nobody);
  const stopping = serve(() => new Response("stopping", { status: 503 }));
  const stuck = Promise.withResolvers<Response>();
  const stopped = serve(() => stuck.promise);
  const alive = serve(nobody);
  const client = new DegovClient({
    engines: [gone.address, stopping.address, stopped.address, alive.address],
    answerTimeoutMs: 2_000, // far above what those take that answer
  });
  await gone.close(); // when nobody else can be given its port any more
  deepEqual(await client.workers(), []);
  deepEqual(await client.workers(), []);
  deepEqual([stopping.paths, stopped.paths, alive.paths], [["ListWorkers"], ["ListWorkers"], [
    "ListWorkers",
    "ListWorkers",
  ]], "and stays with the one that answered");
  stuck.resolve(nobody());
  for (const server of [stopping, stopped, alive]) await server.close();
});

Deno.test("a caller that loses interest does not change the engine", async () => {
  const asked = Promise.withResolvers<void>();
  const stuck = Promise.withResolvers<void>();
  const first = serve(async () => {
    asked.resolve();
    await stuck.promise;
    return nobody();
  });
  const second = serve(nobody);
  const { WorkflowService } = await import("../../proto/gen/degov/v1/workflow_service_pb.ts");
  const transport = engineTransport([first.address, second.address]);
  const over = new AbortController();
  const call = transport.unary(WorkflowService.method.listWorkers, over.signal, undefined, undefined, {});
  await asked.promise;
  over.abort();
  await rejects(call);
  stuck.resolve();
  await transport.unary(WorkflowService.method.listWorkers, undefined, undefined, undefined, {});
  equal(first.paths.length, 2);
  equal(second.paths.length, 0);
  for (const server of [first, second]) await server.close();
});

/** A message, or the end, of a stream in Connect's protocol. */
function envelope(bytes: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(5 + bytes.length);
  new DataView(framed.buffer).setUint32(1, bytes.length);
  framed[0] = flags;
  framed.set(bytes, 5);
  return framed;
}

const END_OF_STREAM = envelope(new TextEncoder().encode("{}"), 2);

/** An answer to WatchInstance: these records, and the end of the stream unless it freezes. */
function records(sequences: readonly bigint[], { freezes }: { freezes: boolean }): Response {
  const parts = sequences.map((sequence) =>
    envelope(toBinary(WatchInstanceResponseSchema, create(WatchInstanceResponseSchema, { record: { sequence } })))
  );
  const body = new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part);
      if (freezes) return;
      controller.enqueue(END_OF_STREAM);
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/connect+proto" } });
}

Deno.test("a stream on which nothing comes any more is followed at the next engine from where it was", async () => {
  const frozen = serve(() => records([1n], { freezes: true }));
  const asked: bigint[] = [];
  const alive = serve(async (request) => {
    const body = new Uint8Array(await request.arrayBuffer());
    asked.push(fromBinary(WatchInstanceRequestSchema, body.subarray(5)).afterSequence);
    return records([2n, 3n], { freezes: false });
  });
  const client = new DegovClient({ engines: [frozen.address, alive.address], answerTimeoutMs: 2_000 });
  const seen: number[] = [];
  for await (const { sequence } of client.watch("i1")) seen.push(sequence);
  deepEqual([seen, asked], [[1, 2, 3], [1n]]);
  equal(frozen.paths.length, 1, "the frozen one is not asked again");
  await Promise.all([frozen.close(), alive.close()]);
});

Deno.test("engineTransport() refuses what is no list of addresses", () => {
  throws(() => engineTransport([]), /the list of engines is empty/);
  throws(() => engineTransport(["127.0.0.1:7420"]), /must be an address like/);
});
