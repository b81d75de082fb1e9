/**
 * Holding an instance still for a while.
 *
 *   deno run -A examples/pause_resume.ts
 *
 * A paused instance begins nothing and takes nothing until it is resumed: no task is handed out, no transition is taken.
 * The result of a task that runs already is recorded when it comes, timers that become due wait, and an event can be kept
 * (`keep`); one that is not to be kept is refused, with the reason. Resuming goes on with all of that, in order. Pausing
 * and resuming twice does no harm.
 *
 * Here the lawyers want to have a look before a press release goes out. Meanwhile the hour of its publication passes, and
 * it goes out when they are done.
 */

import { deepEqual, equal, rejects } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const HOUR_MS = 3_600_000;

const release = defineWorkflow({
  name: "press-release",
  initial: "embargo",
  states: {
    embargo: {
      after: { "1h": "publishing" },
      on: { correct: { actions: { set: { text: { expression: "event.data" } } } } },
    },
    publishing: { enter: { task: "words", code: "input.text.split(' ').length" }, on: { complete: "published" } },
    published: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(release);
const { id } = await client.start("press-release", { input: { text: "We are the best" } });

await client.pause(id, "the lawyers read it");
await rejects(client.send(id, "correct", { data: "We are good" }), (error: Error) => {
  console.log(error.message);
  return /paused/.test(error.message);
});
const { kept } = await client.send(id, "correct", { data: "We are rather good", keep: true });
await kit.leap(3 * HOUR_MS);
const held = await client.get(id);
console.log(`three hours later: ${held.state}, paused: ${held.paused}, one event kept: ${kept}`);
deepEqual([held.state, held.paused, kept], ["embargo", true, true]);

await client.resume(id);
const { state, context } = await kit.settle(id);
console.log(`resumed: ${state}`, context);
deepEqual([state, context?.text], ["published", "We are rather good"]);
equal(context?.words, 4);
console.log("Done: nothing happened while it was paused, and nothing was lost");
