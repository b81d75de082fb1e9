/**
 * A function that uses what is around it is refused when the workflow is defined.
 *
 *   deno run -A examples/captured_variable.ts
 *
 * Of a function that is a task only the source is stored. A variable, a function or an import of the file around it would
 * not be there when it runs, perhaps a week later on another machine. So the source is read when the workflow is defined,
 * and every free variable that is no global of an isolate is named, with the task that captures it and its line. Nothing
 * is guessed and nothing is bundled: what a task needs goes into the function, or comes as its input.
 *
 * The same look finds globals that there are not in an isolate: a task that would fetch, read a file or look into the
 * environment is refused too.
 */

import { equal, match } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { Action, State, StateMachine } from "../shared/definition/builder.ts";
import type { TaskFunction } from "../shared/definition/function_source.ts";

const rate = 1.19;
const round = (value: number) => Math.round(value * 100) / 100;

function define(task: TaskFunction) {
  return StateMachine.builder("price").initial("pricing")
    .state(State.named("pricing").enter(Action.task("gross", task)))
    .build();
}

function refusalOf(task: TaskFunction): string {
  try {
    define(task);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was to be refused");
}

const captures = refusalOf(({ net }) => round(net * rate));
console.log(captures);
match(captures, /"round"[\s\S]*"rate"/);

const fetches = refusalOf(async ({ net }) => net * Number(await (await fetch("https://rates.example")).text()));
console.log(fetches);
match(fetches, /"fetch"/);

const complete = define(({ net, rate }) => {
  const round = (value: number) => Math.round(value * 100) / 100;
  return round(net * rate);
});
await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(complete);
const { context } = await engine.client.start("price", { input: { net: 9.99, rate }, waitMs: 30_000 });
console.log("with all it needs:", context?.gross);
equal(context?.gross, 11.89);
console.log("Done: what was captured was named, and what stands on its own ran");
