/**
 * A start input that is checked before anything begins.
 *
 *   deno run -A examples/input_schema.ts
 *
 * `inputSchema` is a JSON Schema (2020-12) that every start input must satisfy. One that does not is refused at once, with
 * all that is wrong with it, each with its path; no instance is made, and no task finds half an order later on. Schedules
 * and parents that start instances are held to it too.
 *
 * The schema is checked itself when the workflow is registered: a keyword that is not known is refused, since it would
 * check nothing. Neither can hold the engine up: patterns are matched in linear time, and every check has a bound.
 */

import { deepEqual, equal, match } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";
import { DegovError } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json.ts";

const order = defineWorkflow({
  name: "order",
  initial: "placed",
  inputSchema: {
    type: "object",
    required: ["customer", "lines"],
    properties: {
      customer: { type: "string", pattern: "^[a-z]+@[a-z.]+$" },
      lines: {
        type: "array",
        minItems: 1,
        items: {
          type: "object",
          required: ["article", "count"],
          properties: { article: { type: "string" }, count: { type: "integer", minimum: 1 } },
        },
      },
    },
    additionalProperties: false,
  },
  states: { placed: {} },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(order);

const good = { customer: "ann@example.com", lines: [{ article: "lamp", count: 2 }] };
equal((await client.start("order", { input: good })).status, "completed");

const bad: JsonObject = { customer: "ann", lines: [{ article: "lamp", count: 0 }, { count: 1 }], note: "please hurry" };
const error = await client.start("order", { instanceId: "bad", input: bad }).catch((error) => error);
if (!(error instanceof DegovError)) throw new Error("it was to be refused");
console.log(error.message);
deepEqual(error.problems.map(({ path }) => path).sort(), ["customer", "lines[0].count", "lines[1]", "note"]);
match((await client.get("bad").catch((error) => error)).message, /no instance of this id was started/);
console.log("Done: the good order was placed, and the bad one never began");
