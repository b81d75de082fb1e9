/**
 * Variables: how one step's result gets to the next.
 *
 *   deno run -A examples/steps_variables.ts
 *
 * The variables begin as the start input. A script receives all of them as its `input`. If it returns an object, the
 * object's members become variables, over those that were there; a variable that it does not return stays as it was.
 * Anything else it returns (a number, a text, a list) becomes the variable named by the step. With `output`, whatever it
 * returns becomes that one variable, an object too. With `input`, a script gets only what it says, in CEL.
 *
 * What remains at the end is the result of the workflow, unless its own `output` says what is.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const parcel = defineSteps({
  id: "parcel",
  output: { label: "context.label" },
  steps: [
    { id: "pack", type: { script: "({ weight: input.items.length * 0.4, status: 'packed' })" } }, // merged
    { id: "rate", type: { script: "input.weight < 1 ? 3.9 : 6.5" } }, // becomes "rate"
    { id: "find", type: { script: { code: "({ city: 'Bonn', zip: '53111' })", output: "address" } } }, // under one name
    {
      id: "print",
      type: {
        script: {
          input: { zip: "context.address.zip", rate: "context.rate", weight: "context.weight" },
          code: "({ status: 'sent', label: `${input.zip}: ${input.weight} kg for ${input.rate}` })",
        },
      },
    },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(parcel);
const input = { items: ["lamp", "bulb"] };
const { context, output } = await engine.client.start("parcel", { input, waitMs: 30_000 });
console.log("variables:", context);
console.log("result:   ", output);
deepEqual(context, {
  items: ["lamp", "bulb"],
  weight: 0.8,
  rate: 3.9,
  address: { city: "Bonn", zip: "53111" },
  status: "sent",
  label: "53111: 0.8 kg for 3.9",
});
deepEqual(output, { label: "53111: 0.8 kg for 3.9" });
console.log("Done: each step found what those before it had left");
