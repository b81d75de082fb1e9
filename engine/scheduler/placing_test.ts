import { deepEqual, equal } from "node:assert/strict";
import { EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import { decodeJson, permitsKey } from "../keyspace.ts";
import type { Completion } from "./completion.ts";
import type { HandOut } from "./dispatcher.ts";

const LIMIT = 2;

function toCompletion({ instanceId, taskId, token }: HandOut): Completion {
  return { instanceId, taskId, token, result: { kind: "output", output: null }, console: [], durationMs: 1 };
}

async function limited(test: (fixture: EngineFixture, taken: () => Promise<number>) => Promise<void>): Promise<void> {
  const fixture = await EngineFixture.open();
  await fixture.register({
    name: "limited",
    initial: "s",
    states: { s: { enter: [{ task: { name: "t", code: "1", limit: { max: LIMIT } } }] } },
  });
  const taken = async () => {
    const key = permitsKey({ workflow: "limited", name: "t", key: "" });
    const bytes = await fixture.store.transact((txn) => txn.get(key));
    return bytes === undefined ? 0 : decodeJson<number>(bytes);
  };
  try {
    await test(fixture, taken);
    deepEqual(fixture.errors, []);
  } finally {
    await fixture.close();
  }
}

Deno.test("[P1] tasks of several instances that end in one report give each its own permit back", () =>
  limited(async (fixture, taken) => {
    const worker = await fixture.worker("w1");
    for (const id of ["i1", "i2"]) await fixture.start("limited", id);
    const { tasks } = await worker.poll();
    equal(tasks.length, LIMIT);
    equal(await taken(), LIMIT);
    deepEqual(await fixture.engine.tasks.complete("w1", tasks.map(toCompletion)), ["accepted", "accepted"]);
    equal(await taken(), 0);
  }));

Deno.test("[P1] tasks that end in one report hand their permits to different tasks that wait", () =>
  limited(async (fixture, taken) => {
    const worker = await fixture.worker("w1");
    for (const id of ["i1", "i2", "i3", "i4"]) await fixture.start("limited", id);
    const { tasks: first } = await worker.poll();
    equal(first.length, LIMIT);
    deepEqual(await fixture.engine.tasks.complete("w1", first.map(toCompletion)), ["accepted", "accepted"]);
    const { tasks: second } = await worker.poll();
    deepEqual(second.map(({ instanceId }) => instanceId).sort(), ["i3", "i4"]);
    equal(await taken(), LIMIT);
    await fixture.engine.tasks.complete("w1", second.map(toCompletion));
    equal(await taken(), 0);
  }));
