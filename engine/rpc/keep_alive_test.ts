import { deepEqual, equal, rejects } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { createClient } from "@connectrpc/connect";
import { WorkflowService } from "../../proto/gen/degov/v1/workflow_service_pb.ts";
import { inMemoryTransport } from "./in_memory.ts";
import { withKeepAlives } from "./keep_alive.ts";
import { DegovClient } from "../../shared/client/client.ts";
import type { Engine } from "../engine.ts";
import { serveEngine } from "../server.ts";
import { MemoryStore } from "../store/memory_store.ts";

Deno.test("withKeepAlives() says something while nothing comes, and loses and changes nothing", async () => {
  const news = Promise.withResolvers<void>();
  let ended = false;
  async function* source() {
    try {
      yield "first";
      await news.promise;
      yield "second";
      throw new Error("broken");
    } finally {
      ended = true;
    }
  }
  const seen: string[] = [];
  await rejects(async () => {
    for await (const message of withKeepAlives(source(), () => "alive", { everyMs: 1 })) {
      seen.push(message);
      if (seen.length === 4) news.resolve();
    }
  }, /broken/);
  deepEqual(seen.slice(0, 4), ["first", "alive", "alive", "alive"]);
  deepEqual(seen.filter((message) => message !== "alive"), ["first", "second"]);
  equal(ended, true);
});

Deno.test("a watched instance and the stream of events that are quiet say that the engine is there", async () => {
  const fixture = await EngineFixture.open({ eventsKeepMs: 60_000 });
  const leave = new AbortController();
  try {
    await fixture.register(chain("one", 1));
    await fixture.start("one", "i1");
    const transport = inMemoryTransport(fixture.engine, { onInternalError: () => {}, keepAliveMs: 1 });
    const client = createClient(WorkflowService, transport);
    const watching = client.watchInstance({ instanceId: "i1" }, { signal: leave.signal })[Symbol.asyncIterator]();
    equal((await watching.next()).value.record?.sequence, 1n);
    const { value: quiet } = await watching.next();
    deepEqual([quiet.record, quiet.state], [undefined, "s1"]);
    const following = client.watchEvents({ cursor: "0" }, { signal: leave.signal })[Symbol.asyncIterator]();
    let { value: event } = await following.next();
    while (event.instanceId === "") event = (await following.next()).value;
    const { value: alive } = await following.next();
    deepEqual([alive.cursor, alive.record], [event.cursor, undefined]);
  } finally {
    leave.abort();
    await fixture.close();
  }
});

/** Resolves when the engine's side of a watch has ended. */
function watchEnded(engine: Engine): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watch = engine.watch.bind(engine);
  engine.watch = async function* (...args: Parameters<Engine["watch"]>) {
    try {
      yield* watch(...args);
    } finally {
      resolve();
    }
  };
  return promise;
}

for (const way of ["in memory", "over HTTP"]) {
  Deno.test(`a watch that its reader leaves ends at the engine (${way})`, async () => {
    const server = await serveEngine({ store: new MemoryStore(), listen: { hostname: "127.0.0.1", port: 0 } });
    const client = new DegovClient(
      way === "over HTTP"
        ? { engines: [server.url] }
        : { transport: inMemoryTransport(server.engine, { onInternalError: () => {} }) },
    );
    await client.register(chain("one", 1));
    await client.start("one", { instanceId: "i1" });
    const ended = watchEnded(server.engine);
    for await (const { sequence } of client.watch("i1")) {
      equal(sequence, 1);
      break;
    }
    await ended;
    await server.close();
  });
}
