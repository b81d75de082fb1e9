/**
 * Tasks in TypeScript, in the three forms that code may have.
 *
 *   deno run -A examples/typescript_task.ts
 *
 * With `language: typescript` a task's code may have types; they are stripped when the definition is registered, and not
 * checked. As in JavaScript it is a script whose last expression is the result, a body with `return`, or a module with a
 * default export that gets the input; `await` may be used in each. There is `input`, `console`, timers, URL, TextEncoder,
 * structuredClone, crypto.subtle, Date and Math, and nothing else: no network, no files, no imports.
 *
 * Columns are kept, so an error names the line and the column of what the author wrote: the last task here fails on
 * purpose. What does not parse is refused at registration, with its place.
 */

import { deepEqual, match, rejects } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const language = "typescript";

const script = `
const doubled: number = await Promise.resolve(input.value as number * 2);
doubled + 1`;

const body = `
const words = (input.text as string).split(" ");
return { words, count: words.length };`;

const module = `
interface In { value: number }
export default async ({ value }: In): Promise<string> => \`got \${value}\`;`;

const broken = `
const limit: number = 10;
if ((input.value as number) > limit) throw new RangeError("too much");`;

const typed = defineWorkflow({
  name: "typed",
  initial: "computing",
  states: {
    computing: {
      enter: [
        { task: "script", language, code: script },
        { task: "body", language, code: body },
        { task: "module", language, code: module },
      ],
      on: { complete: "failing" },
    },
    failing: {
      enter: { task: "broken", language, code: broken, retry: false },
      on: { error: "caught", complete: "caught" },
    },
    caught: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 2 });
const { client } = engine;
await client.register(typed);
const { context } = await client.start("typed", { input: { value: 20, text: "a b" }, waitMs: 30_000 });
const { error, ...outputs } = context as Record<string, { message: string; line: number; column: number }>;
console.log(outputs);
console.log(`${error.message} (line ${error.line}, column ${error.column})`);
deepEqual([outputs.script, outputs.body, outputs.module], [41, { words: ["a", "b"], count: 2 }, "got 20"]);
deepEqual([error.message, error.line, error.column], ["RangeError: too much", 3, 44]);

const wrong = { name: "wrong", initial: "a", states: { a: { enter: { task: "t", language, code: "const x: = 1" } } } };
await rejects(client.register(wrong), (error: Error) => {
  console.log(error.message);
  match(error.message, /does not compile/);
  return true;
});
console.log("Done: three forms of TypeScript, and errors at their places");
