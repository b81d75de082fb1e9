/** Steps workflows from end to end: real code in isolates, under a clock that is moved by hand. */

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { defineSteps } from "../shared/definition/steps/builder.ts";
import { TestKit } from "./test_kit.ts";

/** Runs a test against a kit. */
function check(name: string, body: (kit: TestKit) => Promise<void>): void {
  Deno.test(name, async () => {
    await using kit = await TestKit.open({ isolates: 2 });
    await body(kit);
  });
}

check("a rung's code reaches the instance and its parent's catch, and a retry begins the step again", async (kit) => {
  await kit.client.register(defineSteps({
    id: "approval",
    steps: [{ id: "ask", type: { act: {} }, timeout: { after: "3d", error: "TOO_LATE" } }],
  }));
  await kit.client.register(defineSteps({
    id: "order",
    steps: [
      { id: "approve", type: { workflow: "approval" }, catch: { codes: "TOO_LATE", steps: [{ id: "late" }] } },
    ],
  }));
  const parent = await kit.settle((await kit.client.start("order")).id);
  deepEqual([parent.status, (parent.context!.error as { code: string }).code], ["completed", "TOO_LATE"]);
  const { id } = await kit.client.start("approval");
  const late = await kit.settle(id);
  deepEqual([late.status, late.state, late.failure?.code], ["failed", "ask", "TOO_LATE"]);
  equal(late.failure?.message, 'step "ask" took longer than 3d');
  deepEqual([(await kit.client.retry(id)).status, (await kit.client.get(id)).state], ["running", "ask"]);
});

check("a client's error, an abort, a loop's bound and a step that fails end with their own codes", async (kit) => {
  await kit.client.register(defineSteps({
    id: "w",
    steps: [
      { id: "ask", type: { act: {} } },
      {
        id: "again",
        type: { set: { n: { expression: "context.n - 1" } } },
        next: { to: "again", if: "context.n > 0", max: 3 },
      },
      { id: "stop", type: { fail: { code: "NO_STOCK", message: { expression: '"none of " + context.what' } } } },
    ],
  }));
  const end = async (event: string, data: Record<string, string | number>) => {
    const { id } = await kit.client.start("w", { input: { n: 1, what: "it" } });
    await kit.client.send(id, event, { data });
    const { status, failure } = await kit.settle(id);
    return [status, failure?.code, failure?.message];
  };
  deepEqual(await end("ask.error", { code: "REFUSED", message: "not today" }), ["failed", "REFUSED", "not today"]);
  deepEqual(await end("ask.abort", {}), ["failed", "ABORTED", 'step "ask" was aborted']);
  const [, code, message] = await end("ask.complete", { n: 9 });
  equal(code, "RUNS_EXCEEDED");
  match(message!, /^step "again" has run 3 times/);
  deepEqual(await end("ask.complete", { n: 0 }), ["failed", "NO_STOCK", "none of it"]);
});

check(
  "branches in parallel go on at the same time, see their own variables, and come together as written",
  async (kit) => {
    await kit.client.register(defineSteps({
      id: "checks",
      output: { who: "context.who", seen: "context.seen", total: "context.total", third: '"third" in context' },
      steps: [
        {
          id: "ways",
          type: {
            parallel: [
              {
                id: "one",
                steps: [
                  { id: "ask", type: { act: { outputs: ["who"] } } },
                  { id: "note", type: { set: { seen: { expression: "context.seen + 1" } } } },
                ],
              },
              {
                id: "two",
                if: "context.n > 1",
                steps: [
                  { id: "work", type: { script: "({ total: input.n * 2, who: 'two' })" } },
                  { id: "see", type: { set: { seen: { expression: "context.seen + 10" } } } },
                ],
              },
              { id: "three", if: "context.n > 100", steps: [{ id: "never", type: { set: { third: true } } }] },
              {
                id: "last",
                needs: ["one", "two"],
                steps: [{ id: "sum", type: { script: "({ total: input.total + 1 })" } }],
              },
            ],
          },
        },
      ],
    }));
    const { id } = await kit.client.start("checks", { input: { n: 4, seen: 0 } });
    const waiting = await kit.settle(id);
    equal(waiting.status, "running", "one waits for a client, and two is done meanwhile");
    const { waits } = await kit.client.explain(id);
    const parts = waits.flatMap(({ kind }) => kind.case === "child" ? [kind.value.instanceId] : []);
    equal(parts.length, 1, "only the branch that waits is not done");
    await kit.client.send(id, "ask.complete", { data: { who: "ann" } }); // handed on to the part
    const { status, output } = await kit.settle(id);
    deepEqual([status, output], ["completed", { who: "two", seen: 10, total: 9, third: false }]);
  },
);

check("a branch that fails fails the step with its code, and the branches beside it are cancelled", async (kit) => {
  await kit.client.register(defineSteps({
    id: "race",
    steps: [{
      id: "ways",
      type: {
        parallel: [
          { id: "slow", steps: [{ id: "wait", type: { act: {} } }] },
          { id: "quick", steps: [{ id: "book", type: { set: { booked: "F1" } } }] },
          { id: "bad", steps: [{ id: "later", type: { script: "1" } }, { id: "stop", type: { fail: "NO_STOCK" } }] },
        ],
      },
      catch: { codes: "NO_STOCK", steps: [{ id: "sorry", type: { set: { sorry: true } } }] },
    }],
  }));
  const { id } = await kit.client.start("race");
  const { status, context } = await kit.settle(id);
  deepEqual([status, context!.sorry, context!.booked], ["completed", true, "F1"], "the catch knows what to undo");
  await kit.leap(0);
  const states: string[] = [];
  for await (const { id: child, status } of kit.client.instances()) if (child !== id) states.push(status);
  deepEqual(states.sort(), ["cancelled", "completed", "failed"]);
});

check("a parallel list of several steps gives what each item's steps have written, in order", async (kit) => {
  await kit.client.register(defineSteps({
    id: "lines",
    inputSchema: { type: "object", required: ["lines"] },
    limit: 1,
    steps: [{
      id: "all",
      type: {
        each: {
          items: "context.lines",
          as: "line",
          parallel: true,
          concurrency: 2,
          steps: [
            { id: "price", type: { script: "({ price: input.line.n * 2 })" } },
            { id: "label", if: "context.price > 3", type: { set: { label: { expression: "context.line.name" } } } },
          ],
        },
      },
    }],
  }));
  const lines = [{ name: "a", n: 1 }, { name: "b", n: 2 }, { name: "c", n: 3 }];
  const { id } = await kit.client.start("lines", { input: { lines } });
  const { status, context } = await kit.settle(id);
  equal(status, "completed", "parts do not count towards the limit of the workflow");
  deepEqual(context!.all, [{ price: 2 }, { price: 4, label: "b" }, { price: 6, label: "c" }]);
});

check("a steps workflow has a timeout, an input schema and an output of its own", async (kit) => {
  await kit.client.register(defineSteps({
    id: "offer",
    timeout: "2d",
    inputSchema: { type: "object", required: ["n"], properties: { n: { type: "integer" } } },
    output: { twice: "context.n * 2", of: "input.n" },
    steps: [{ id: "wait", type: { act: { outputs: [] } } }],
  }));
  await rejects(kit.client.start("offer", { input: { n: "x" } }), /the input is not what its schema asks for/);
  const { id } = await kit.client.start("offer", { input: { n: 4 } });
  await kit.client.send(id, "wait.complete");
  deepEqual((await kit.settle(id)).output, { twice: 8, of: 4 });
  const late = await kit.settle((await kit.client.start("offer", { input: { n: 4 } })).id);
  deepEqual([late.status, late.failure?.code], ["failed", "TIMED_OUT"]);
  match(late.failure!.message, /did not end within its timeout of 172800000 ms: it was in step "wait"/);
});
