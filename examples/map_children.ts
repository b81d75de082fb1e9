/**
 * A child instance for each item of a list, so many at once.
 *
 *   deno run -A examples/map_children.ts
 *
 * `map` with `start` in the place of `task` starts a child for each item: of another workflow, with its own states, timers
 * and history, which may take days. At most `concurrency` of them are unfinished at a time; when one ends, the next is
 * started. Their results become a list in the order of the items. The child's input is `{item, index}`, or what `input`
 * says over both. When one child fails the others are cancelled, and the state takes the failure with the child's code.
 *
 * With a `state` in the place of the `workflow`, the children are parts of the same definition: instance_parts.ts. Here
 * applicants are invited two at a time; each has three days to come, and the next is invited when one has.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const DAY_MS = 24 * 3_600_000;

const invitation = defineWorkflow({
  name: "invitation",
  initial: "invited",
  output: "input.name + (has(context.came) ? ' came' : ' did not come')",
  states: {
    invited: { on: { come: { target: "over", actions: { set: { came: true } } } }, after: { "3d": "over" } },
    over: {},
  },
});

const hiring = defineWorkflow({
  name: "hiring",
  initial: "inviting",
  states: {
    inviting: {
      enter: {
        map: "answers",
        items: "context.applicants",
        concurrency: 2,
        start: { workflow: "invitation", input: { name: "item" } },
      },
      on: { complete: "choosing" },
    },
    choosing: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(invitation);
await client.register(hiring);
const { id } = await client.start("hiring", { input: { applicants: ["ann", "bob", "cleo", "dan"] } });

/** The names of those who are invited now. */
async function invited(): Promise<unknown[]> {
  await kit.leap(DAY_MS);
  const names = [];
  for await (const { id } of client.instances({ workflow: "invitation", status: "running" })) {
    names.push(((await client.get(id)).input as { name: string }).name);
  }
  console.log("invited:", names.sort().join(", "));
  return names;
}

deepEqual(await invited(), ["ann", "bob"]);
for await (const { id } of client.instances({ workflow: "invitation", status: "running" })) {
  if (((await client.get(id)).input as { name: string }).name === "bob") await client.send(id, "come");
}
deepEqual(await invited(), ["ann", "cleo"]);
const { context } = await kit.settle(id);
console.log(context?.answers);
deepEqual(context?.answers, ["ann did not come", "bob came", "cleo did not come", "dan did not come"]);
console.log("Done: four were invited, never more than two at a time");
