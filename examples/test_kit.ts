/**
 * A test of a workflow that takes a week, in milliseconds.
 *
 *   deno run -A examples/test_kit.ts
 *
 * `TestKit` is an engine with a clock that is moved by hand. Tasks run for real, in isolates; only waiting is skipped.
 * `settle` lets an instance go on until it has ended or waits for an event: it waits for tasks, and lets the time pass up
 * to each timer and retry. `leap` lets a time pass in which whatever becomes due comes at its own time, in order. So a test
 * says what happens after a week without waiting for it, and gives the same every time.
 *
 * Here are two tests of a trial subscription, with nothing but node:assert; with `Deno.test` they are no different. The
 * clock begins on the first of January 2026, or where `nowMs` says.
 */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const DAY_MS = 24 * 3_600_000;

const trial = defineWorkflow({
  name: "trial",
  initial: "trying",
  states: {
    trying: {
      enter: { task: "welcome", code: "`Welcome, ${input.name}`" },
      after: { "7d": "reminding" },
      on: { subscribe: "subscribed" },
    },
    reminding: {
      enter: { task: "reminder", code: "`Your week is over, ${input.name}`" },
      after: { "2d": "ended" },
      on: { subscribe: "subscribed" },
    },
    subscribed: {},
    ended: {},
  },
});

async function endsWithoutAWord() {
  await using kit = await TestKit.open();
  await kit.client.register(trial);
  const { id } = await kit.client.start("trial", { input: { name: "Ann" } });
  const beganMs = kit.nowMs();
  const { state, context } = await kit.settle(id);
  console.log(
    `ann: ${state} after ${(kit.nowMs() - beganMs) / DAY_MS} days;`,
    context?.welcome,
    "/",
    context?.reminder,
  );
  equal(state, "ended");
  equal(kit.nowMs() - beganMs, 9 * DAY_MS);
  equal(context?.reminder, "Your week is over, Ann");
}

async function subscribesAfterTheReminder() {
  await using kit = await TestKit.open();
  await kit.client.register(trial);
  const { id } = await kit.client.start("trial", { input: { name: "Bob" } });
  await kit.leap(8 * DAY_MS);
  equal((await kit.client.get(id)).state, "reminding");
  await kit.client.send(id, "subscribe");
  const { status, state } = await kit.settle(id);
  console.log(`bob: ${state} on ${new Date(kit.nowMs()).toISOString().slice(0, 10)}`);
  deepEqual([status, state], ["completed", "subscribed"]);
}

const begunMs = performance.now();
await endsWithoutAWord();
await subscribesAfterTheReminder();
console.log(`both took ${Math.round(performance.now() - begunMs)} ms`);
console.log("Done: 17 days have passed in two tests");
