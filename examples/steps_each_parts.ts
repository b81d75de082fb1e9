/**
 * Several steps for each item of a list, for many items at once.
 *
 *   deno run -A examples/steps_each_parts.ts
 *
 * `each` with `parallel: true` and `steps` goes the steps for every item side by side, at most `concurrency` of them at a
 * time: any steps, with conditions, acts, timeouts and lists of their own. Each item is a part of the instance, a child of
 * the same definition, which sees the variables and has its item in the one that `as` names. What the steps of an item
 * have written becomes an object, and those become a list, in the order of the items.
 *
 * Where one script does for each item, steps_each_parallel.ts costs less; where one item needs what another has left, take
 * steps_each_sequential.ts. Here a class hands in essays: each is read by a script, and those that seem copied are looked
 * at by the teacher, at once for all that need it. One of them is, after a day without an answer, let pass.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const essays = defineSteps({
  id: "essays",
  steps: [
    {
      id: "marks",
      type: {
        each: {
          items: "context.essays",
          as: "essay",
          parallel: true,
          concurrency: 10,
          steps: [
            { id: "read", type: { script: "({ words: input.essay.text.split(' ').length })" } },
            {
              id: "look",
              if: "context.essay.text.contains('copied')",
              type: { act: { actions: ["complete"], outputs: ["mark"] } },
              timeout: { after: "1d", next: "pass" },
              next: "end",
            },
            { id: "pass", type: { set: { mark: "passed" } } },
          ],
        },
      },
    },
    { id: "list", type: { script: "({ list: input.marks.map((one, at) => `${input.essays[at].by}: ${one.mark}`) })" } },
  ],
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(essays);
const input = {
  essays: [
    { by: "ann", text: "To be or not to be" },
    { by: "bob", text: "copied from ann" },
    { by: "cleo", text: "copied from bob" },
  ],
};
const { id } = await client.start("essays", { input });
await kit.leap(1_000);

const { waits } = await client.explain(id);
const waiting = waits.flatMap(({ kind }) => kind.case === "child" ? [kind.value.instanceId] : []);
console.log(`${waiting.length} of 3 essays wait for the teacher`);
const second = (await Promise.all(waiting.map((part) => client.get(part)))).find(({ context }) =>
  JSON.stringify(context?.essay).includes("bob")
);
await client.send(second!.id, "look.complete", { data: { mark: "failed" } });
const { context } = await kit.settle(id);
console.log(context?.list, context?.marks);
deepEqual(waiting.length, 2);
deepEqual(context?.list, ["ann: passed", "bob: failed", "cleo: passed"]);
console.log("Done: three essays side by side, their marks in one list");
