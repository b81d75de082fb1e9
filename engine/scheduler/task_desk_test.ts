import { deepEqual, equal } from "node:assert/strict";
import { chain, EngineFixture } from "../../tests/fixture/engine_fixture.ts";
import type { Completion } from "./completion.ts";

/** So many instances, each with its first task leased; what their worker would report. */
async function leased(fixture: EngineFixture, instances: number, output: (index: number) => string) {
  await fixture.register(chain("chain", 2));
  const worker = await fixture.worker("w1", { slots: 100 });
  for (let index = 0; index < instances; index++) await fixture.start("chain", `i${index}`);
  const { tasks } = await worker.poll();
  const completions = tasks.map(({ instanceId, taskId, token }, index): Completion => (
    { instanceId, taskId, token, result: { kind: "output", output: output(index) }, console: [], durationMs: 1 }
  ));
  return { worker, completions };
}

async function withFixture(body: (fixture: EngineFixture) => Promise<void>): Promise<void> {
  const fixture = await EngineFixture.open();
  try {
    await body(fixture);
  } finally {
    await fixture.close();
  }
}

Deno.test("[K1] completions of one call are one commit, and each is judged alone", async () => {
  await withFixture(async (fixture) => {
    const { completions } = await leased(fixture, 10, String);
    const before = fixture.store.stats().commits;
    const forged = { ...completions[3], token: "forged" };
    const statuses = await fixture.engine.tasks.complete("w1", [...completions.slice(0, 3), forged, completions[4]]);
    deepEqual(statuses, ["accepted", "accepted", "accepted", "staleLease", "accepted"]);
    equal(fixture.store.stats().commits - before, 1);
    equal((await fixture.engine.instances.get(completions[3].instanceId)).state, "s1");
    equal((await fixture.engine.instances.get(completions[4].instanceId)).state, "s2");
    deepEqual(fixture.errors, []);
  });
});

Deno.test("[K1] completions that are too much for one transaction are taken in one by one", async () => {
  await withFixture(async (fixture) => {
    const { completions } = await leased(fixture, 8, (index) => String(index).repeat(1_000_000));
    const statuses = await fixture.engine.tasks.complete("w1", completions);
    deepEqual(statuses, completions.map(() => "accepted"));
    for (const { instanceId } of completions) {
      equal((await fixture.engine.instances.get(instanceId)).state, "s2");
    }
    deepEqual(fixture.errors, []);
  });
});

Deno.test("[K1] parallel tasks of one instance that end together do not disturb each other", async () => {
  await withFixture(async (fixture) => {
    const names = Array.from({ length: 20 }, (_, index) => `part${index}`);
    await fixture.register({
      name: "parallel",
      initial: "s",
      states: { s: { enter: names.map((name) => ({ task: { name, code: "1" } })) } },
    });
    const worker = await fixture.worker("w1", { slots: 100 });
    await fixture.start("parallel", "i1");
    const { tasks } = await worker.poll();
    const before = fixture.store.stats();
    const statuses = await fixture.engine.tasks.complete(
      "w1",
      tasks.map(({ instanceId, taskId, token, name }) => (
        { instanceId, taskId, token, result: { kind: "output", output: name }, console: [], durationMs: 1 }
      )),
    );
    deepEqual(new Set(statuses), new Set(["accepted"]));
    equal(fixture.store.stats().commits - before.commits, 1);
    equal(fixture.store.stats().retries, before.retries);
    const { status, context } = await fixture.engine.instances.get("i1");
    equal(status, "completed");
    deepEqual(context, Object.fromEntries(names.map((name) => [name, name])));
  });
});

Deno.test("[D5] the answer to a report brings the task that follows, and a waiting poll goes on waiting", async () => {
  await withFixture(async (fixture) => {
    const { worker: { session }, completions: [completion] } = await leased(fixture, 1, String);
    const over = new AbortController();
    const polling = fixture.engine.tasks.poll({ id: "w1", session, slots: 10 }, over.signal);
    const { statuses, tasks } = await fixture.engine.tasks.exchange({ id: "w1", session, slots: 10 }, [completion]);
    deepEqual(statuses, ["accepted"]);
    deepEqual(tasks.map(({ name }) => name), ["t2"]);
    await fixture.clock.advance(0);
    over.abort();
    deepEqual(await polling, { tasks: [], stop: [] });
  });
});

Deno.test("[D5] a report under a session that has ended brings no tasks", async () => {
  await withFixture(async (fixture) => {
    const { completions: [completion] } = await leased(fixture, 1, String);
    const worker = { id: "w1", session: "another", slots: 10 };
    const { statuses, tasks } = await fixture.engine.tasks.exchange(worker, [completion]);
    deepEqual(statuses, ["accepted"]);
    deepEqual(tasks, []);
  });
});
