/**
 * A second instance from an earlier point of the first one's history.
 *
 *   deno run -A examples/fork.ts
 *
 * `fork` starts a new instance where another once was: with the context that it had after a record of its history, it
 * enters anew the state of then. The other stays as it is, whether it runs or has ended. The fork has its own id, says in
 * its first record where it came from, and may be of another version, if that has the state. So what went wrong on the way
 * can be tried differently, with real data and without starting from nothing.
 *
 * Records are numbered from 1 without gaps; `degov history` and the dashboard show the numbers. Here an essay was graded
 * by the wrong teacher, and is graded again from where it was handed in.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const essay = defineWorkflow({
  name: "essay",
  initial: "writing",
  states: {
    writing: { on: { handIn: { target: "counting", actions: { set: { text: { expression: "event.data" } } } } } },
    counting: { enter: { task: "words", code: "input.text.split(' ').length" }, on: { complete: "grading" } },
    grading: { on: { grade: { target: "graded", actions: { set: { grade: { expression: "event.data" } } } } } },
    graded: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(essay);
await client.start("essay", { instanceId: "ann" });
await client.send("ann", "handIn", { data: "To be or not to be" });
await client.send("ann", "grade", { data: "F", keep: true });
await client.result("ann");

let handedIn = 0;
for await (const { sequence, entries } of client.history("ann")) {
  const what = entries.map((entry) => Object.keys(entry)[0]);
  console.log(sequence, what.join(", "));
  if (entries.some(({ stateEntered }) => stateEntered?.state === "counting")) handedIn = sequence;
}

const fork = await client.fork("ann", { sequence: handedIn, newInstanceId: "ann-again" });
console.log(`the fork is in "${fork.state}"`);
await client.send("ann-again", "grade", { data: "A", keep: true });
const again = await client.result("ann-again");
const first = await client.get("ann");
console.log(`first: ${first.context?.grade}, again: ${again.context?.grade}`);
deepEqual([first.context?.grade, again.context?.grade], ["F", "A"]);
equal(again.context?.words, 6);
console.log("Done: there are two endings of one beginning");
