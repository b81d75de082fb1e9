/**
 * Parts of an instance, which are in different states at the same time.
 *
 *   deno run -A examples/instance_parts.ts
 *
 * An instance is in one state. A `start`, or a `map`, with a `state` in the place of a `workflow` begins a part of it: a
 * child of the same definition and version, which begins in that state, with the context of its parent. The state that
 * started its parts waits for all of them, as for tasks; what a part has written into its context until it completes is
 * its output. Parts have states, timers and events of their own, so this is what other machines call regions or parallel
 * states, and one definition still says all of it.
 *
 * Here two signatures are collected at the same time, each with a reminder after a day; one refusal ends both.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const DAY_MS = 24 * 3_600_000;

const contract = defineWorkflow({
  name: "contract",
  initial: "signing",
  states: {
    signing: {
      enter: [
        { start: "buyer", state: "asking", id: "input.number + '-buyer'" },
        { start: "seller", state: "asking", id: "input.number + '-seller'" },
      ],
      on: { complete: "signed", error: { codes: "REFUSED", target: "fallen" } },
    },
    signed: {},
    fallen: {},

    // where a part is
    asking: {
      on: {
        sign: { target: "given", actions: { set: { by: { expression: "event.data" } } } },
        refuse: { actions: { fail: "REFUSED" } },
      },
      after: { "1d": { actions: { set: { reminded: true } } } },
    },
    given: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(contract);
for (const number of ["c1", "c2"]) await client.start("contract", { instanceId: number, input: { number } });
await kit.leap(0);
await client.send("c1-seller", "sign", { data: "Ann" });
await client.send("c2-seller", "refuse");
await kit.leap(2 * DAY_MS);
console.log((await client.explain("c1")).summary);
await client.send("c1-buyer", "sign", { data: "Bob" });
const signed = await kit.settle("c1");
console.log("c1:", signed.state, signed.context);
deepEqual([signed.state, signed.context?.seller, signed.context?.buyer], ["signed", { by: "Ann" }, {
  by: "Bob",
  reminded: true,
}]);
const fallen = await kit.settle("c2");
const { status } = await client.result("c2-buyer");
console.log("c2:", fallen.state, "- the buyer's part was", status);
deepEqual([fallen.state, status], ["fallen", "cancelled"]);
console.log("Done: two signatures side by side, and one refusal that ended both");
