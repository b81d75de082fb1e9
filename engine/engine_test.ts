import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { check } from "../tests/fixture/check_engine.ts";
import { chain, SESSION_TIMEOUT_MS } from "../tests/fixture/engine_fixture.ts";
import { LOSSES_PER_TASK_MAX } from "../shared/limits.ts";
import type { InstanceFilter } from "./instance_search.ts";
import type { ListCursor } from "./instances.ts";

check("an instance runs through its states on one worker", async (fixture) => {
  await fixture.register(chain("chain", 3));
  const worker = await fixture.worker("w1");
  await fixture.start("chain", "i1", { value: 1 });
  for (const name of ["t1", "t2", "t3"]) {
    const { tasks } = await worker.poll();
    deepEqual(tasks.map((task) => task.name), [name]);
    equal(await worker.complete(tasks[0], { from: name }), "accepted");
  }
  const instance = await fixture.engine.instances.get("i1");
  equal(instance.status, "completed");
  deepEqual(instance.context, { value: 1, t1: { from: "t1" }, t2: { from: "t2" }, t3: { from: "t3" } });
});

check("[C1] a step costs one commit while a worker listens", async (fixture) => {
  await fixture.register(chain("chain", 3));
  const worker = await fixture.worker("w1");
  await worker.poll(); // is listening from now on
  const before = fixture.store.stats().commits;
  await fixture.start("chain", "i1");
  for (let step = 0; step < 3; step++) await worker.complete((await worker.poll()).tasks[0]);
  equal(fixture.store.stats().commits - before, 4);
}, { calmOnly: true });

check("[C2] tasks that waited are handed out before new ones, oldest first", async (fixture) => {
  await fixture.register(chain("chain", 2));
  for (const id of ["i1", "i2", "i3"]) {
    await fixture.start("chain", id);
    await fixture.clock.advance(10);
  }
  const worker = await fixture.worker("w1", { slots: 1 });
  const order: string[] = [];
  for (let step = 0; step < 6; step++) {
    const { tasks } = await worker.poll();
    equal(tasks.length, 1);
    order.push(`${tasks[0].instanceId}.${tasks[0].name}`);
    await worker.complete(tasks[0]);
    await fixture.clock.advance(10);
  }
  deepEqual(order, ["i1.t1", "i2.t1", "i3.t1", "i1.t2", "i2.t2", "i3.t2"]);
});

check("[D2] three equal workers get equal shares", async (fixture) => {
  await fixture.register(chain("one", 1));
  const workers = await Promise.all(["w1", "w2", "w3"].map((id) => fixture.worker(id, { slots: 130 })));
  await Promise.all(workers.map((worker) => worker.poll()));
  for (let index = 0; index < 300; index++) await fixture.start("one", `i${index}`);
  const shares = await Promise.all(workers.map(async (worker) => (await worker.poll()).tasks.length));
  deepEqual(shares, [100, 100, 100]);
}, { calmOnly: true });

check("[D1] a worker is never handed more than its slots", async (fixture) => {
  await fixture.register(chain("one", 1));
  const worker = await fixture.worker("w1", { slots: 3 });
  for (let index = 0; index < 10; index++) await fixture.start("one", `i${index}`);
  const { tasks } = await worker.poll();
  equal(tasks.length, 3);
  equal((await worker.poll()).tasks.length, 0);
  await worker.complete(tasks[0]);
  equal((await worker.poll()).tasks.length, 1);
});

check("[D3] a place that a lost run had taken is offered again before the worker asks anew", async (fixture) => {
  await fixture.register(chain("one", 1));
  const worker = await fixture.worker("w1", { slots: 1 });
  for (let index = 0; index < 30; index++) {
    const over = new AbortController();
    const polling = fixture.engine.tasks.poll({ ...worker, slots: 1 }, over.signal);
    await fixture.start("one", `i${index}`);
    for (let turn = 0; turn < 10; turn++) await fixture.clock.advance(0);
    over.abort();
    const { tasks } = await polling;
    deepEqual(tasks.map(({ instanceId }) => instanceId), [`i${index}`]);
    await worker.complete(tasks[0]);
  }
});

check("a task goes only to a worker with its capability", async (fixture) => {
  await fixture.register(chain("one", 1));
  const blind = await fixture.worker("w1", { capabilities: ["wasm"] });
  await fixture.start("one", "i1");
  equal((await blind.poll()).tasks.length, 0);
  match((await fixture.engine.explain("i1")).summary, /none of the 1 registered workers runs javascript/);
  const able = await fixture.worker("w2");
  equal((await able.poll()).tasks.length, 1);
});

check("[T2] a completion counts once, and only with the live token", async (fixture) => {
  await fixture.register(chain("chain", 2));
  const worker = await fixture.worker("w1");
  await fixture.start("chain", "i1");
  const { tasks: [task] } = await worker.poll();
  equal(await worker.complete({ ...task, token: "forged" }), "staleLease");
  equal(await worker.complete(task, 1), "accepted");
  equal(await worker.complete(task, 2), "accepted");
  equal(await worker.complete({ ...task, token: "forged" }), "staleLease");
  deepEqual((await fixture.engine.instances.get("i1")).context, { t1: 1 });
  equal((await fixture.engine.instances.get("i1")).state, "s2");
});

check("a failed attempt is tried again after its delay, never earlier", async (fixture) => {
  await fixture.register({
    name: "flaky",
    initial: "s",
    states: { s: { enter: [{ task: { name: "t", code: "1", retry: { initialDelayMs: 1000, jitter: 0 } } }] } },
  });
  const worker = await fixture.worker("w1");
  await fixture.start("flaky", "i1");
  for (const [attempt, delayMs] of [[1, 1_000], [2, 2_000]]) {
    const { tasks: [task] } = await worker.poll();
    equal(task.attempt, attempt);
    await worker.fail(task);
    await fixture.clock.advance(delayMs - 1);
    equal((await worker.poll()).tasks.length, 0);
    await fixture.clock.advance(1);
  }
  const { tasks: [last] } = await worker.poll();
  equal(last.attempt, 3);
  await worker.fail(last);
  const { status, failure } = await fixture.engine.instances.get("i1");
  equal(status, "failed");
  equal(failure?.code, "TASK_FAILED");
  equal((await fixture.kinds("i1")).filter((kind) => kind === "attemptFailed").length, 2);
});

check("a failure that the author marked is not tried again", async (fixture) => {
  await fixture.register(chain("one", 1));
  const worker = await fixture.worker("w1");
  await fixture.start("one", "i1");
  await worker.fail((await worker.poll()).tasks[0], "BAD_CARD", { retryable: false });
  equal((await fixture.engine.instances.get("i1")).failure?.code, "BAD_CARD");
});

check("[W2] the tasks of a lost worker go to another, and its own report comes too late", async (fixture) => {
  await fixture.register(chain("one", 1));
  const lost = await fixture.worker("w1");
  await fixture.start("one", "i1");
  const { tasks: [task] } = await lost.poll();
  const other = await fixture.worker("w2");
  for (let beat = 0; beat < 6; beat++) {
    await fixture.clock.advance(SESSION_TIMEOUT_MS / 3);
    await other.heartbeat();
  }
  const { tasks: [again] } = await other.poll();
  equal(again.taskId, task.taskId);
  equal(again.attempt, 2);
  equal(await lost.complete(task, "late"), "staleLease");
  equal(await other.complete(again, "right"), "accepted");
  deepEqual((await fixture.engine.instances.get("i1")).context, { t1: "right" });
});

check("a reported crash gives the tasks to others at once", async (fixture) => {
  await fixture.register(chain("one", 1));
  const crashed = await fixture.worker("w1");
  await fixture.start("one", "i1");
  equal((await crashed.poll()).tasks.length, 1);
  const other = await fixture.worker("w2");
  equal(await fixture.engine.workers.end("w1", { kind: "workerLost" }), 1);
  equal((await other.poll()).tasks.length, 1);
});

check("a task that keeps losing its workers is given up with a reason", async (fixture) => {
  await fixture.register(chain("one", 1));
  await fixture.start("one", "i1");
  for (let loss = 1; loss <= LOSSES_PER_TASK_MAX; loss++) {
    const worker = await fixture.worker(`w${loss}`);
    equal((await worker.poll()).tasks.length, 1);
    await fixture.engine.workers.end(worker.id, { kind: "workerLost" });
  }
  const { status, failure } = await fixture.engine.instances.get("i1");
  equal(status, "failed");
  equal(failure?.code, "WORKER_LOST");
  match(failure!.message, /given up: 20 times the worker that held it was lost/);
});

check("[W3] a lease whose answer never arrived is taken back, and one that is held is not", async (fixture) => {
  await fixture.register(chain("one", 1));
  const worker = await fixture.worker("w1");
  await fixture.start("one", "i1");
  await fixture.start("one", "i2");
  const { tasks } = await worker.poll();
  equal(tasks.length, 2);
  await fixture.clock.advance(5_000);
  await worker.heartbeat([tasks[0]]);
  await fixture.clock.advance(6_000);
  await worker.heartbeat([tasks[0]]);
  const { tasks: again } = await worker.poll();
  deepEqual(again.map(({ instanceId, attempt }) => ({ instanceId, attempt })), [
    { instanceId: tasks[1].instanceId, attempt: 1 },
  ]);
});

check("[W1] workers and leases outlive their engine", async (fixture) => {
  await fixture.register(chain("chain", 2));
  const worker = await fixture.worker("w1");
  await fixture.start("chain", "i1");
  const { tasks: [task] } = await worker.poll();
  const successor = await fixture.successor();
  equal(await worker.complete(task, 1, successor), "accepted");
  const { tasks: [next] } = await worker.poll(successor);
  equal(next.name, "t2");
  equal(await worker.complete(next, 2, successor), "accepted");
  equal((await successor.engine.instances.get("i1")).status, "completed");
});

check("guards still decide after a restart", async (fixture) => {
  await fixture.register({
    name: "guarded",
    initial: "open",
    states: {
      open: { on: { pay: [{ target: "small", guard: "event.data.amount * 2 < 1000" }, { target: "large" }] } },
      small: {},
      large: {},
    },
  });
  for (const id of ["i1", "i2"]) await fixture.start("guarded", id);
  const { instances } = (await fixture.successor()).engine;
  const pay = (instanceId: string, amount: number) =>
    instances.send({ instanceId, name: "pay", data: { amount }, keep: false });
  equal((await pay("i1", 42.5)).instance.state, "small");
  equal((await pay("i2", 500)).instance.state, "large");
});

check("cancelling an instance stops what its workers run", async (fixture) => {
  await fixture.register(chain("one", 1));
  const worker = await fixture.worker("w1");
  await fixture.start("one", "i1");
  const { tasks: [task] } = await worker.poll();
  await fixture.engine.instances.cancel("i1", "not needed");
  deepEqual((await worker.poll()).stop, [task.token]);
  equal(await worker.complete(task), "staleLease");
  equal((await fixture.engine.instances.cancel("i1", "again")).status, "cancelled");
});

check("[K1] a delayed transition is taken at its time, by whichever engine is there", async (fixture) => {
  await fixture.register({
    name: "later",
    initial: "waiting",
    states: { waiting: { after: [{ delayMs: 60_000, target: "over" }] }, over: {} },
  });
  await fixture.start("later", "i1");
  const successor = await fixture.successor();
  await fixture.clock.advance(59_999);
  equal((await fixture.engine.instances.get("i1")).state, "waiting");
  await fixture.clock.advance(1_000);
  equal((await fixture.engine.instances.get("i1")).state, "over");
  equal((await fixture.kinds("i1")).filter((kind) => kind === "timerFired").length, 1);
  await successor.engine.drain();
});

check("starting the same instance twice gives the same, another input is refused", async (fixture) => {
  await fixture.register(chain("one", 1));
  const request = { workflow: "one", version: 0, instanceId: "i1", input: { a: 1, b: 2 } };
  equal((await fixture.engine.instances.start(request)).created, true);
  equal((await fixture.engine.instances.start({ ...request, input: { b: 2, a: 1 } })).created, false);
  await rejects(fixture.engine.instances.start({ ...request, input: { a: 2 } }), { code: "ALREADY_EXISTS" });
});

check(
  "an event that the state does not take is refused with those it takes; one id is applied once",
  async (fixture) => {
    await fixture.register({
      name: "review",
      initial: "open",
      states: {
        open: {
          on: {
            approve: [{ target: "closed" }],
            comment: [{ actions: [{ set: { key: "n", expression: "event.data" } }] }],
          },
        },
        closed: {},
      },
    });
    await fixture.start("review", "i1");
    const send = (name: string, eventId?: string, data = 0) =>
      fixture.engine.instances.send({ instanceId: "i1", name, data, keep: false, ...(eventId ? { eventId } : {}) });
    await rejects(send("aprove"), { code: "FAILED_PRECONDITION", message: /takes "approve", "comment"/ });
    equal((await send("comment", "e1", 1)).duplicate, false);
    equal((await send("comment", "e1", 2)).duplicate, true);
    deepEqual((await fixture.engine.instances.get("i1")).context, { n: 1 });
    await send("approve");
    await rejects(send("approve"), { code: "FAILED_PRECONDITION", message: /it is completed/ });
    await rejects(fixture.engine.instances.get("nobody"), { code: "NOT_FOUND" });
  },
);

check("a list shows the newest first, page by page, by status and workflow", async (fixture) => {
  await fixture.register(chain("one", 1));
  await fixture.register(chain("two", 1));
  for (let index = 0; index < 6; index++) {
    await fixture.start(index % 2 === 0 ? "one" : "two", `i${index}`);
    await fixture.clock.advance(1);
  }
  await fixture.engine.instances.cancel("i3", "");
  const { search } = fixture.engine;
  const ids = async (...[filter, limit = 10, cursor]: [InstanceFilter, number?, ListCursor?]) =>
    (await search.page(filter, limit, cursor)).instances.map(({ id }) => id);
  deepEqual(await ids({}), ["i5", "i4", "i3", "i2", "i1", "i0"]);
  deepEqual(await ids({ status: "running" }, 2), ["i5", "i4"]);
  const { next } = await search.page({ status: "running" }, 2);
  deepEqual(await ids({ status: "running" }, 10, next), ["i2", "i1", "i0"]);
  deepEqual(await ids({ workflow: "two" }), ["i5", "i3", "i1"]);
  deepEqual(await ids({ workflow: "two", status: "cancelled" }), ["i3"]);
});

check("waiting for an end is answered by the end, and watching shows every record once", async (fixture) => {
  await fixture.register(chain("chain", 2));
  const worker = await fixture.worker("w1");
  await fixture.start("chain", "i1");
  const ended = fixture.engine.waitForEnd("i1", 60_000);
  const seen: number[] = [];
  const watching = (async () => {
    for await (const { record } of fixture.engine.watch("i1", 0)) seen.push(record.sequence);
  })();
  for (let step = 0; step < 2; step++) await worker.complete((await worker.poll()).tasks[0]);
  equal((await ended).status, "completed");
  await fixture.clock.advance(0);
  await watching;
  deepEqual(seen, [1, 2, 3]);
});

check("large payloads are kept whole", async (fixture) => {
  await fixture.register(chain("chain", 2));
  const worker = await fixture.worker("w1");
  const text = "x".repeat(400_000);
  await fixture.start("chain", "i1", { text });
  const { tasks: [task] } = await worker.poll();
  equal(JSON.parse(task.inputJson).text, text);
  await worker.complete(task, text);
  const { tasks: [next] } = await worker.poll();
  ok(next.inputJson.length > 800_000);
  await worker.complete(next, null);
  const successor = await fixture.successor();
  equal((await successor.engine.instances.get("i1")).context.t1, text);
  equal((await successor.engine.instances.history("i1", 0, 100)).records.length, 3);
  await successor.engine.drain();
});
