/**
 * How long a workflow may take in all.
 *
 *   deno run -A examples/workflow_timeout.ts
 *
 * `timeout` of a definition bounds an instance from its start to its end, whatever it does meanwhile: waiting for people,
 * trying a task again, going round a loop. When it has passed the instance fails with TIMED_OUT, its tasks are stopped, and
 * the undo actions of what was completed run first. A state's own `after` is for what is to be done when one state takes
 * long; a task's `timeout` is for one attempt of its code.
 *
 * Here a seat is held for at most an hour; payment is asked for again and again, and each question alone would be in time.
 */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const booking = defineWorkflow({
  name: "booking",
  initial: "holding",
  timeout: "1h",
  states: {
    holding: { enter: { set: { seat: "12A" } }, compensate: { set: { seat: null } }, on: { complete: "asking" } },
    asking: {
      enter: { set: { asked: { expression: "has(context.asked) ? context.asked + 1 : 1" } } },
      on: { paid: "booked" },
      after: { "10m": "asking" },
    },
    booked: {},
  },
});

await using kit = await TestKit.open();
await kit.client.register(booking);
const { id } = await kit.client.start("booking");
const beganMs = kit.nowMs();
const { status, failure, context } = await kit.settle(id);
const minutes = (kit.nowMs() - beganMs) / 60_000;
console.log(`${status} after ${minutes} minutes: ${failure?.message}`, context);
deepEqual([status, failure?.code, minutes], ["failed", "TIMED_OUT", 60]);
equal(context?.seat, null, "the seat is free again");
console.log("Done: the hour was up, and the seat was given back");
