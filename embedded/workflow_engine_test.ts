import { ok } from "node:assert/strict";
import { WorkflowEngine } from "./workflow_engine.ts";

Deno.test("a program that calls its engine in a loop leaves timers and the worker their turns", async () => {
  await using engine = await WorkflowEngine.open({ isolates: 1 });
  let hadItsTurn = false;
  setTimeout(() => hadItsTurn = true, 0);
  for (let calls = 0; calls < 10_000 && !hadItsTurn; calls++) await engine.client.workers();
  ok(hadItsTurn);
});
