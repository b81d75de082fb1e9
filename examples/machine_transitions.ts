/**
 * Transitions that hold for every state.
 *
 *   deno run -A examples/machine_transitions.ts
 *
 * `on` of the definition itself holds for every state, after the state's own transitions for the same event: a state that
 * has one of its own comes first, and if its guard does not hold the machine's is tried. Here one place says what
 * "withdraw" means wherever an application stands, and where the failures of all tasks lead, instead of each state saying
 * it again. Only `complete` is not allowed there, since each state is complete by itself.
 *
 * The machine's transitions may have guards, actions and codes as others do, and without a target they keep the state:
 * "note" writes something down and everything goes on.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const application = defineWorkflow({
  name: "application",
  initial: "applied",
  on: {
    withdraw: "withdrawn",
    note: { actions: { set: { note: { expression: "event.data" } } } },
    error: "broken",
  },
  states: {
    applied: { on: { invite: "interview" } },
    interview: {
      enter: { task: "room", code: "input.people > 20 ? missing.room : 'room ' + input.people", retry: false },
      on: { hire: "contract" },
    },
    contract: {
      on: { sign: "hired", withdraw: { target: "reopened", actions: { log: "withdrawn at the last moment" } } },
    },
    hired: {},
    withdrawn: {},
    reopened: {},
    broken: { final: "failed" },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(application);

async function play(people: number, ...events: string[]): Promise<string> {
  const { id } = await client.start("application", { input: { people } });
  for (const event of events) await client.send(id, event, { data: `about ${id.slice(0, 3)}`, keep: true });
  const { state, context } = await client.result(id);
  console.log(`${events.join(", ").padEnd(28)} -> ${state}`, context?.error ?? "");
  return state;
}

deepEqual(await play(2, "withdraw"), "withdrawn");
deepEqual(await play(2, "note", "invite", "withdraw"), "withdrawn");
deepEqual(await play(2, "invite", "hire", "withdraw"), "reopened");
deepEqual(await play(99, "invite"), "broken");
console.log("Done: one place took what every state takes, and one state had its own way");
