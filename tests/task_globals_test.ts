import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { TASK_GLOBALS } from "../shared/code/task_globals.ts";

Deno.test("TASK_GLOBALS are the names that a task finds in an isolate", async () => {
  const asked = [...TASK_GLOBALS].filter((name) => name !== "undefined");
  const missing = asked.map((name) => `typeof ${name} === "undefined" ? ["${name}"] : []`).join(",\n");
  const engine = await WorkflowEngine.open({ isolates: 1 });
  try {
    await engine.client.register({
      name: "globals",
      initial: "look",
      states: {
        look: {
          enter: [
            { task: "missing", code: `[].concat(${missing})` },
            { task: "found", code: "Object.getOwnPropertyNames(globalThis)" },
          ],
        },
      },
    });
    const { context = {} } = await engine.client.start("globals", { waitMs: 30_000 });
    deepEqual(context.missing, [], "named, and not there");
    const found = context.found as string[];
    deepEqual(found.filter((name) => !TASK_GLOBALS.has(name) && name !== "input").sort(), [], "there, and not named");
  } finally {
    await engine.close();
  }
});
