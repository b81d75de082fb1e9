/**
 * Ending an instance from outside: with what was done being undone, or without.
 *
 *   deno run -A examples/cancel.ts
 *
 * `cancel` ends a running instance as cancelled, with a reason; its tasks are stopped, its timers are gone, and the
 * children that it waits for are cancelled too (child_cancellation.ts). Before that, the undo actions of the states that
 * were completed run, the last first, as `compensate` of a state says. Whether they do, the caller can say
 * (`{ compensate: true }` or `false`); if nothing is said, the definition's `compensateOn` does, and without that they do.
 *
 * Here a table is reserved and paid for in advance. Cancelling gives the money back; when the restaurant has burnt down
 * there is nobody left to ask.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const table = defineWorkflow({
  name: "table",
  initial: "reserving",
  states: {
    reserving: {
      enter: { task: "table", code: "'table ' + input.people" },
      compensate: { task: "released", code: "input.table + ' is free again'" },
      on: { complete: "paying" },
    },
    paying: {
      enter: { task: "paid", code: "input.people * 20" },
      compensate: { task: "refunded", input: "context.paid", code: "input" },
      on: { complete: "expecting" },
    },
    expecting: { on: { arrive: "seated" } },
    seated: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(table);

async function cancelled(options: { compensate?: boolean }) {
  const { id } = await client.start("table", { input: { people: 4 } });
  await kit.settle(id); // expecting the guests
  await client.cancel(id, "we cannot come", options);
  const { status, context } = await client.result(id);
  console.log(options, "->", status, context);
  return [status, context?.refunded, context?.released];
}

deepEqual(await cancelled({ compensate: true }), ["cancelled", 80, "table 4 is free again"]);
deepEqual(await cancelled({ compensate: false }), ["cancelled", undefined, undefined]);
deepEqual(await cancelled({}), ["cancelled", 80, "table 4 is free again"]);
console.log("Done: twice it was undone, and once it was not");
