import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { check } from "../tests/fixture/check_engine.ts";
import { type EngineFixture, type ScriptedWorker } from "../tests/fixture/engine_fixture.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import type { HandOut } from "./scheduler/dispatcher.ts";

function task(name: string, more: JsonObject = {}): JsonObject {
  return { task: { name, code: "input", ...more } };
}

/** Lets messages and timers that are due arrive, the answers to them too. */
async function deliver(fixture: EngineFixture): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await fixture.clock.advance(250);
}

/** The next task; several polls may be needed while transactions run again. */
async function next(worker: ScriptedWorker): Promise<HandOut> {
  for (let poll = 0; poll < 10; poll++) {
    const { tasks } = await worker.poll();
    if (tasks.length > 0) return tasks[0];
  }
  throw new Error("no task is handed out");
}

/** Completes every task that is handed out with what `answer` says, until there is none. */
async function serve(
  fixture: EngineFixture,
  worker: ScriptedWorker,
  answer: (name: string, input: JsonValue) => JsonValue,
): Promise<string[]> {
  const names: string[] = [];
  for (let empty = 0; empty < 2;) {
    const { tasks } = await worker.poll();
    for (const handOut of tasks) {
      names.push(handOut.name);
      await worker.complete(handOut, answer(handOut.name, JSON.parse(handOut.inputJson)));
    }
    empty = tasks.length === 0 ? empty + 1 : 0;
    if (tasks.length === 0) await deliver(fixture);
  }
  return names;
}

const CHILD: JsonObject = {
  name: "child",
  initial: "work",
  output: { doubled: "context.doubled" },
  states: {
    work: { enter: [task("doubled")], on: { complete: [{ target: "done" }], stop: [{ target: "done" }] } },
    done: {},
  },
};

const PARENT: JsonObject = {
  name: "parent",
  initial: "calling",
  states: {
    calling: {
      enter: [{ start: { name: "answer", workflow: "child", input: { n: "context.n" } } }],
      on: {
        complete: [{ target: "done" }],
        leave: [{ target: "done" }],
        error: [{ codes: ["BAD"], target: "caught" }],
      },
    },
    caught: {},
    done: {},
  },
};

check("a child's result comes back to its parent", async (fixture) => {
  await fixture.register(CHILD);
  await fixture.register(PARENT);
  const worker = await fixture.worker("w1");
  await fixture.start("parent", "p", { n: 21 });
  await deliver(fixture);
  match((await fixture.engine.explain("p")).summary, /Instance "p\.1" of "child", which it started, has not ended/);
  deepEqual(await serve(fixture, worker, (_name, input) => (input as { n: number }).n * 2), ["doubled"]);
  const { status, context } = await fixture.engine.instances.get("p");
  deepEqual({ status, context }, { status: "completed", context: { n: 21, answer: { doubled: 42 } } });
  deepEqual((await fixture.engine.instances.get("p.1")).parent, { id: "p", taskId: "t1" });
});

check("a child's failure is its parent's, by its code", async (fixture) => {
  await fixture.register(CHILD);
  await fixture.register(PARENT);
  const worker = await fixture.worker("w1");
  await fixture.start("parent", "p", { n: 1 });
  await deliver(fixture);
  await worker.fail(await next(worker), "BAD", { retryable: false });
  await deliver(fixture);
  const { state, context } = await fixture.engine.instances.get("p");
  equal(state, "caught");
  match((context.error as { message: string }).message, /Instance "p\.1" failed/);
});

check("a parent that is cancelled or goes on cancels its child", async (fixture) => {
  await fixture.register(CHILD);
  await fixture.register(PARENT);
  await fixture.start("parent", "p1", { n: 1 });
  await fixture.start("parent", "p2", { n: 1 });
  await deliver(fixture);
  await fixture.engine.instances.cancel("p1", "enough");
  await fixture.engine.instances.send({ instanceId: "p2", name: "leave", data: null, keep: false });
  await deliver(fixture);
  equal((await fixture.engine.instances.get("p1.1")).status, "cancelled");
  equal((await fixture.engine.instances.get("p2.1")).status, "cancelled");
  equal((await fixture.engine.instances.get("p2")).status, "completed");
});

check("a child that cannot be started fails its parent with the reason", async (fixture) => {
  await fixture.register(PARENT);
  await fixture.start("parent", "p", { n: 1 });
  await deliver(fixture);
  const { status, failure } = await fixture.engine.instances.get("p");
  deepEqual({ status, code: failure?.code }, { status: "failed", code: "NOT_FOUND" });
});

check("[O2] events between instances arrive once, in order; one that cannot is noted", async (fixture) => {
  const send = (to: string, event: string) => ({ send: { to, event, data: "context.n" } });
  await fixture.register({
    name: "sender",
    initial: "s",
    states: { s: { enter: [send("'r'", "a"), send("'r'", "b"), send("'nobody'", "a")], on: { x: [{}] } } },
  });
  const note = (name: string) => ({ set: { key: name, expression: "[event.data, has(context.a)]" } });
  await fixture.register({
    name: "receiver",
    initial: "r",
    states: { r: { on: { a: [{ actions: [note("a")] }], b: [{ actions: [note("b")] }] } } },
  });
  await fixture.start("receiver", "r");
  await fixture.start("sender", "s", { n: 5 });
  await deliver(fixture);
  deepEqual((await fixture.engine.instances.get("r")).context, { a: [5, false], b: [5, true] });
  ok((await fixture.kinds("s")).includes("undelivered"));
});

check("a map runs so many items at once, and keeps the order of outputs", async (fixture) => {
  await fixture.register({
    name: "mapping",
    initial: "s",
    states: {
      s: {
        enter: [{
          map: {
            name: "out",
            items: "context.list",
            concurrency: 2,
            task: { code: "1", input: { v: "item", i: "index" } },
          },
        }],
      },
    },
  });
  const worker = await fixture.worker("w1");
  await fixture.start("mapping", "i", { list: [5, 6, 7] });
  const { tasks } = await worker.poll();
  equal(tasks.length, 2);
  await worker.complete(tasks[1], "second");
  await worker.complete((await worker.poll()).tasks[0], "third");
  await worker.complete(tasks[0], "first");
  const { status, context } = await fixture.engine.instances.get("i");
  deepEqual({ status, out: context.out }, { status: "completed", out: ["first", "second", "third"] });
});

check("[P1] a limit by key bounds what is leased at once, and hands its permits on", async (fixture) => {
  await fixture.register({
    name: "limited",
    initial: "s",
    states: { s: { enter: [task("t", { limit: { key: "context.customer", max: 1 } })] } },
  });
  const worker = await fixture.worker("w1");
  for (const [id, customer] of [["i1", "a"], ["i2", "a"], ["i3", "b"], ["i4", "a"]]) {
    await fixture.start("limited", id, { customer });
    await fixture.clock.advance(1);
  }
  const { tasks } = await worker.poll();
  deepEqual(tasks.map(({ instanceId }) => instanceId).sort(), ["i1", "i3"]);
  match((await fixture.engine.explain("i2")).summary, /waits: as many of its kind run as may/);
  await fixture.engine.instances.cancel("i2", "gone");
  await worker.complete(tasks.find(({ instanceId }) => instanceId === "i1")!);
  const { tasks: [next] } = await worker.poll();
  equal(next.instanceId, "i4");
  await worker.complete(next);
  await fixture.start("limited", "i5", { customer: "a" });
  equal((await worker.poll()).tasks.length, 1);
});

check("of tasks that begin together the most urgent are handed out first", async (fixture) => {
  const named = (name: string, priority: number) => task(name, { priority });
  const enter = [named("later", -10), named("plain", 0), named("first", 50), named("alike", 0)];
  await fixture.register({ name: "mixed", initial: "s", states: { s: { enter } } });
  for (const slots of [1, 2, 10]) {
    const worker = await fixture.worker("w1", { slots });
    const polling = worker.poll(); // is listening while they begin
    await fixture.start("mixed", `i${slots}`);
    const names: string[] = [];
    for (let { tasks } = await polling; names.length < enter.length; { tasks } = await worker.poll()) {
      names.push(...tasks.map(({ name }) => name));
      for (const task of tasks) await worker.complete(task);
    }
    deepEqual(names, ["first", "plain", "alike", "later"]);
  }
});

check("a task's delay and priority decide when it is handed out", async (fixture) => {
  await fixture.register({ name: "late", initial: "s", states: { s: { enter: [task("t", { delayMs: 5_000 })] } } });
  await fixture.register({ name: "urgent", initial: "s", priority: 5, states: { s: { enter: [task("t")] } } });
  await fixture.register({ name: "plain", initial: "s", states: { s: { enter: [task("t")] } } });
  await fixture.start("late", "late");
  await fixture.start("plain", "plain");
  await fixture.clock.advance(10);
  await fixture.start("urgent", "urgent");
  const worker = await fixture.worker("w1", { slots: 1 });
  const order: string[] = [];
  for (let step = 0; step < 2; step++) {
    const { tasks: [next] } = await worker.poll();
    order.push(next.instanceId);
    await worker.complete(next);
  }
  deepEqual(order, ["urgent", "plain"]);
  equal((await worker.poll()).tasks.length, 0);
  await fixture.clock.advance(5_000);
  equal((await worker.poll()).tasks[0].instanceId, "late");
});

check("[I1] instances beyond the workflow's limit wait, and run in the order of their starts", async (fixture) => {
  await fixture.register({ name: "few", initial: "s", limit: { max: 1 }, states: { s: { enter: [task("t")] } } });
  const worker = await fixture.worker("w1");
  for (const id of ["i1", "i2", "i3", "i4"]) {
    await fixture.start("few", id);
    await fixture.clock.advance(1);
  }
  equal((await fixture.engine.instances.get("i2")).phase.kind, "waiting");
  match((await fixture.engine.explain("i2")).summary, /As many instances of its workflow run as may/);
  await fixture.engine.instances.cancel("i3", "gone");
  const order: string[] = [];
  for (let step = 0; step < 3; step++) {
    const { tasks } = await worker.poll();
    equal(tasks.length, 1);
    order.push(tasks[0].instanceId);
    await worker.complete(tasks[0]);
    await deliver(fixture);
  }
  deepEqual(order, ["i1", "i2", "i4"]);
});

check("[P3] [H1] a paused instance begins nothing, and goes on where it was", async (fixture) => {
  await fixture.register({
    name: "two",
    initial: "a",
    states: {
      a: {
        enter: [task("one"), task("two")],
        on: { complete: [{ target: "b" }] },
        after: [{ delayMs: 60_000, target: "late" }],
      },
      b: { enter: [task("three")] },
      late: {},
    },
  });
  const worker = await fixture.worker("w1", { slots: 1 });
  await fixture.start("two", "i");
  const first = await next(worker);
  await fixture.engine.instances.pause("i", "look");
  equal((await fixture.engine.instances.pause("i", "again")).paused, true);
  await worker.complete(first, 1);
  equal((await worker.poll()).tasks.length, 0);
  for (let beat = 0; beat < 9; beat++) {
    await fixture.clock.advance(10_000);
    await worker.heartbeat();
  }
  equal((await fixture.engine.instances.get("i")).state, "a");
  match((await fixture.engine.explain("i")).summary, /It is paused.*waits until the instance is resumed/);
  await fixture.engine.instances.resume("i");
  await deliver(fixture);
  equal((await fixture.engine.instances.get("i")).state, "late");
});

check("cancelling runs undo actions in reverse order, unless it is told not to", async (fixture) => {
  const step = (name: string, target: string) => ({
    enter: [task(name)],
    compensate: [task(`undo.${name}`)],
    on: { complete: [{ target }] },
  });
  await fixture.register({
    name: "saga",
    initial: "a",
    states: { a: step("book", "b"), b: step("pay", "c"), c: { on: { x: [{}] } } },
  });
  const worker = await fixture.worker("w1");
  for (const id of ["i1", "i2"]) await fixture.start("saga", id);
  await serve(fixture, worker, () => 1);
  await fixture.engine.instances.cancel("i1", "no");
  match((await fixture.engine.explain("i1")).summary, /State "b" is undone, then 1 more; then it ends as cancelled/);
  deepEqual(await serve(fixture, worker, () => 1), ["undo.pay", "undo.book"]);
  equal((await fixture.engine.instances.get("i1")).status, "cancelled");
  equal((await fixture.engine.instances.cancel("i2", "no", { compensate: false })).status, "cancelled");
});

check("a guard that is a function decides on a worker", async (fixture) => {
  await fixture.register({
    name: "asking",
    initial: "s",
    states: {
      s: { on: { go: [{ target: "small", guard: { code: "input.event.data < 10" } }, { target: "large" }] } },
      small: {},
      large: {},
    },
  });
  const worker = await fixture.worker("w1");
  for (const id of ["i1", "i2"]) await fixture.start("asking", id);
  const send = (instanceId: string, data: number) =>
    fixture.engine.instances.send({ instanceId, name: "go", data, keep: false });
  equal((await send("i1", 5)).instance.phase.kind, "deciding");
  await send("i2", 50);
  await serve(fixture, worker, (_name, input) => (input as { event: { data: number } }).event.data < 10);
  equal((await fixture.engine.instances.get("i1")).state, "small");
  equal((await fixture.engine.instances.get("i2")).state, "large");
});

check("fork() starts where another instance was; migrate() moves one to a newer version", async (fixture) => {
  const review = (more: JsonObject) => ({
    name: "review",
    initial: "draft",
    states: {
      draft: { on: { submit: [{ target: "open" }] } },
      open: { on: { close: [{ target: "end" }] } },
      end: {},
      ...more,
    },
  });
  await fixture.register(review({}));
  await fixture.start("review", "i", { n: 1 });
  const send = (instanceId: string, name: string) =>
    fixture.engine.instances.send({ instanceId, name, data: null, keep: false });
  await send("i", "submit");
  await send("i", "close");
  const forked = await fixture.engine.instances.fork("i", { sequence: 2, newInstanceId: "f" });
  deepEqual({ state: forked.state, status: forked.status, context: forked.context }, {
    state: "open",
    status: "running",
    context: { n: 1 },
  });
  equal((await fixture.engine.instances.fork("i", { sequence: 2, newInstanceId: "f" })).revision, 1);
  await rejects(fixture.engine.instances.fork("i", { sequence: 3, newInstanceId: "f" }), { code: "ALREADY_EXISTS" });
  await rejects(fixture.engine.instances.migrate("f", 0), {
    code: "FAILED_PRECONDITION",
    message: /only to a newer one/,
  });
  await fixture.register(review({ open: { on: { reject: [{ target: "end" }] } } }));
  equal((await fixture.engine.instances.migrate("f", 0)).version, 2);
  await rejects(send("f", "close"), { message: /takes "reject"/ });
  equal((await send("f", "reject")).instance.status, "completed");
});

check("[P1] a permit comes back however an attempt ends: retry, lost worker, pause", async (fixture) => {
  await fixture.register({
    name: "limited",
    initial: "s",
    states: { s: { enter: [task("t", { limit: { max: 1 }, retry: { initialDelayMs: 1_000, jitter: 0 } })] } },
  });
  const worker = await fixture.worker("w1");
  for (const id of ["i1", "i2", "i3"]) {
    await fixture.start("limited", id);
    await fixture.clock.advance(1);
  }
  await worker.fail(await next(worker)); // i1 waits for its retry, and holds nothing
  const second = await next(worker);
  equal(second.instanceId, "i2");
  await fixture.engine.workers.end("w1", { kind: "workerLost" }); // i2 is queued again, and keeps its permit
  const other = await fixture.worker("w2");
  const again = await next(other);
  equal(again.instanceId, "i2");
  await fixture.engine.instances.pause("i3", "look");
  await other.complete(again);
  equal((await other.poll()).tasks.length, 0); // i3 is paused, i1 waits
  for (let beat = 0; beat < 4; beat++) await fixture.clock.advance(250);
  const retried = await next(other);
  deepEqual([retried.instanceId, retried.attempt], ["i1", 2]);
  await fixture.engine.instances.resume("i3");
  equal((await other.poll()).tasks.length, 0);
  await other.complete(retried);
  equal((await next(other)).instanceId, "i3");
});

check("[I1] a failed instance that is retried waits its turn", async (fixture) => {
  const once = { retry: { maxAttempts: 1 } };
  await fixture.register({ name: "few", initial: "s", limit: { max: 1 }, states: { s: { enter: [task("t", once)] } } });
  const worker = await fixture.worker("w1");
  await fixture.start("few", "i1");
  await fixture.start("few", "i2");
  await worker.fail(await next(worker));
  await deliver(fixture);
  const running = await next(worker);
  equal(running.instanceId, "i2");
  equal((await fixture.engine.instances.retry("i1")).phase.kind, "waiting");
  await worker.complete(running);
  await deliver(fixture);
  equal((await next(worker)).instanceId, "i1");
});

check("a child goes through its own schema, and a grandchild's depth is bounded", async (fixture) => {
  await fixture.register({
    name: "strict",
    initial: "s",
    inputSchema: { type: "object", required: ["n"] },
    states: { s: {} },
  });
  await fixture.register({
    name: "caller",
    initial: "s",
    states: { s: { enter: [{ start: { name: "c", workflow: "strict" } }] } },
  });
  await fixture.register({
    name: "deep",
    initial: "s",
    states: { s: { enter: [{ start: { name: "c", workflow: "deep" } }] } },
  });
  await fixture.start("caller", "i");
  await fixture.start("deep", "d");
  for (let turn = 0; turn < 12; turn++) await deliver(fixture);
  equal((await fixture.engine.instances.get("i")).failure?.code, "INVALID_ARGUMENT");
  const { failure } = await fixture.engine.instances.get("d");
  match(failure!.message, /instances start one another at most 16 deep/);
});
