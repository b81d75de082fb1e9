/** Steps workflows from end to end: real code in isolates, under a clock that is moved by hand. */

import { deepEqual, equal, match } from "node:assert/strict";
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
