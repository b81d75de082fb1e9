/**
 * Transitions that are taken when a state has lasted for a time.
 *
 *   deno run -A examples/after_transitions.ts
 *
 * `after` has transitions by delay: `after: { 7d: cancelled }`. The time begins when the state is entered, and leaving the
 * state ends it; what fires is a timer in the store, so it survives every restart and costs nothing while it waits. There
 * may be several, with guards; a transition without a target keeps the state and only does its actions, here a reminder.
 * Entering the state again begins anew.
 *
 * Here an invoice is reminded of after two weeks and written off after six, unless it is paid before. The weeks pass in
 * milliseconds, because TestKit has a clock that is moved by hand.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const DAY_MS = 24 * 3_600_000;

const invoice = defineWorkflow({
  name: "invoice",
  initial: "open",
  states: {
    open: {
      on: { paid: "paid" },
      after: {
        "14d": { guard: "input.amount > 10", actions: { set: { reminded: true } } },
        "42d": "writtenOff",
      },
    },
    paid: {},
    writtenOff: { final: "failed" },
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(invoice);
const early = await client.start("invoice", { input: { amount: 100 } });
const never = await client.start("invoice", { input: { amount: 100 } });
const small = await client.start("invoice", { input: { amount: 5 } });

await kit.leap(13 * DAY_MS);
await client.send(early.id, "paid");
await kit.leap(29 * DAY_MS);
const ends = [];
for (const { id } of [early, never, small]) {
  const { state, context, endedAtMs, createdAtMs } = await client.get(id);
  const days = (endedAtMs! - createdAtMs) / DAY_MS;
  console.log(`${state} after ${days} days${context?.reminded ? ", reminded" : ""}`);
  ends.push([state, days, context?.reminded ?? false]);
}
deepEqual(ends, [["paid", 13, false], ["writtenOff", 42, true], ["writtenOff", 42, false]]);
console.log("Done: one was paid in time, two were written off, and only the larger was reminded of");
