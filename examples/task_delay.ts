/**
 * A task that is to run later.
 *
 *   deno run -A examples/task_delay.ts
 *
 * `delay` of a task is the time before its first attempt: until then it is not handed out, and takes no worker. Everything
 * else in the state goes on: its other tasks run at once, and events and timers are taken; leaving the state cancels the
 * task that has not begun. To wait with the whole workflow, use a state with `after` instead.
 *
 * Here a customer is thanked at once and asked for a review three days later, both from one state, unless the order is
 * sent back before. The days pass in milliseconds, because TestKit has a clock that is moved by hand.
 */

import { deepEqual, match } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const DAY_MS = 24 * 3_600_000;

const followUp = defineWorkflow({
  name: "follow-up",
  initial: "delivered",
  states: {
    delivered: {
      enter: [
        { task: "thanks", code: "`Thank you, ${input.name}`" },
        { task: "review", delay: "3d", code: "`How do you like the ${input.article}, ${input.name}?`" },
      ],
      on: { complete: "asked", sentBack: "returned" },
    },
    asked: {},
    returned: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(followUp);
const kept = await client.start("follow-up", { input: { name: "Ann", article: "lamp" } });
const returned = await client.start("follow-up", { input: { name: "Bob", article: "bulb" } });
await kit.leap(DAY_MS);
const { summary } = await client.explain(kept.id);
console.log(summary);
match(summary, /Task "review" begins at 2026-01-04T00:00/);
await client.send(returned.id, "sentBack");
const ends = [];
for (const { id } of [kept, returned]) {
  const { state, context, createdAtMs, endedAtMs } = await kit.settle(id);
  const days = (endedAtMs! - createdAtMs) / DAY_MS;
  console.log(`${state} on day ${days}:`, context?.thanks, "/", context?.review ?? "not asked");
  ends.push([state, days, context?.review]);
}
deepEqual(ends, [["asked", 3, "How do you like the lamp, Ann?"], ["returned", 1, undefined]]);
console.log("Done: one was asked after three days, and the other not at all");
