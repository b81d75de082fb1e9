/**
 * Steps that part into ways which are gone at the same time.
 *
 *   deno run -A examples/steps_parallel.ts
 *
 * `parallel` has the same ways as `branches` (steps_branches.ts), with `if`, `else` and `needs`, but those that are taken
 * go side by side: while one waits for a person, another computes and a third has a timer. Each way is a part of the
 * instance: a child of the same definition, with the variables as they were when it began. When all are done, what each
 * has written comes together in the variables, and the next step begins: that is the join. A failure that nothing takes in
 * one way cancels the others and fails the step.
 *
 * Here a flat is let: the landlord is asked and the references are checked at the same time, and only when both is done
 * comes the contract. Events of an act in a part go to the part; `explain` of the instance names it.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const letting = defineSteps({
  id: "letting",
  steps: [
    {
      id: "look",
      type: {
        parallel: [
          { id: "landlord", steps: [{ id: "ask", type: { act: { actions: ["complete"], outputs: ["rent"] } } }] },
          {
            id: "references",
            steps: [
              { id: "collect", type: { script: "({ score: input.income / 100 })" } },
              { id: "weigh", type: { set: { solvent: { expression: "context.score > 20" } } } },
            ],
          },
          { id: "pets", if: "context.pets > 0", steps: [{ id: "insure", type: { set: { insured: true } } }] },
        ],
      },
    },
    { id: "contract", type: { script: "({ contract: input.solvent ? input.rent + ' a month' : 'none' })" } },
  ],
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(letting);
const { id } = await client.start("letting", { input: { income: 3000, pets: 0 } });
await kit.settle(id);

const { summary, waits } = await client.explain(id);
console.log(summary);
const parts = waits.flatMap(({ kind }) => kind.case === "child" ? [kind.value.instanceId] : []);
deepEqual(parts.length, 1, "the references are checked already, there are no pets, and the landlord has not answered");

await client.send(parts[0], "ask.complete", { data: { rent: 900 } });
const { status, context } = await kit.settle(id);
console.log(status, context);
deepEqual([context?.rent, context?.solvent, context?.contract], [900, true, "900 a month"]);
deepEqual([context?.["look.landlord"], context?.["look.pets"], context?.insured], [true, false, undefined]);
console.log("Done: two ways at the same time, one join");
