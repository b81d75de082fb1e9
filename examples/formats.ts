/**
 * One workflow in YAML, in JSON and in TypeScript: three ways to write the same thing.
 *
 *   deno run -A examples/formats.ts
 *
 * The three are equal in power. Each is turned into one canonical form, in which every shorthand is written out and every
 * duration is in milliseconds; that form decides the version. So it does not matter that the YAML says `2d` and the JSON
 * 172800000, or that one writes `approve: approved` and the other `{"target": "approved"}`: registering all three makes
 * one version of the workflow, not three.
 *
 * Write YAML or JSON where workflows are data (files, a form, a database), and TypeScript where they belong to a program:
 * there a target that is no state does not compile.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { Action, Guard, State, StateMachine, Transition } from "../shared/definition/builder.ts";
import { definitionHash } from "../shared/definition/canonical.ts";
import { parseDefinition } from "../shared/definition/parse.ts";

const yaml = `
name: expense
initial: scoring
states:
  scoring:
    enter: { task: score, code: input.amount / 10 }
    on:
      complete:
        - { target: approved, guard: context.score < 10 }
        - review
  review:
    on: { approve: approved }
    after: { 2d: refused }
  approved:
    enter: { set: { approved: true } }
  refused: { final: failed }
`;

const json = `{
  "name": "expense",
  "initial": "scoring",
  "states": {
    "approved": { "enter": [{ "set": { "key": "approved", "value": true } }] },
    "refused": { "final": "failed" },
    "review": {
      "on": { "approve": [{ "target": "approved" }] },
      "after": [{ "delayMs": 172800000, "target": "refused" }]
    },
    "scoring": {
      "enter": [{ "task": { "name": "score", "code": "input.amount / 10" } }],
      "on": { "complete": [{ "target": "approved", "guard": "context.score < 10" }, { "target": "review" }] }
    }
  }
}`;

const built = StateMachine.builder("expense")
  .initial("scoring")
  .state(
    State.named("scoring")
      .enter(Action.task("score", { code: "input.amount / 10" }))
      .on("complete", Transition.to("approved").when(Guard.cel("context.score < 10")), "review"),
  )
  .state(State.named("review").on("approve", "approved").after("2d", "refused"))
  .state(State.named("approved").enter(Action.set("approved", true)))
  .state(State.named("refused").final("failed"))
  .build();

for (const [format, source] of Object.entries({ yaml, json, built })) {
  const result = parseDefinition(source);
  if (!result.ok) throw new Error(result.problems[0].message);
  deepEqual(result.definition, built);
  console.log(`${format.padEnd(5)} is ${definitionHash(result.definition).slice(0, 16)}`);
}

await using engine = await WorkflowEngine.open({ isolates: 1 });
const first = await engine.client.register({ text: yaml });
const second = await engine.client.register({ text: json });
const third = await engine.client.register(built);
deepEqual([first.created, second.created, third.created], [true, false, false]);
equal(third.version, 1);
console.log("Done: three formats, one canonical form, one version");
