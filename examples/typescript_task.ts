/**
 * Tasks in TypeScript, in all three forms that code may have.
 *
 *   deno run -A examples/typescript_task.ts
 *
 * Shows: a script whose last expression is its result, a body with `return`, and a module with a default export, each with
 * types and `await`. Types are stripped when the definition is registered; an error names line and column of what the
 * author wrote, as the last task does, which fails on purpose and is not tried again.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  await engine.client.register({
    name: "typed",
    initial: "computing",
    states: {
      computing: {
        enter: [
          {
            task: {
              name: "script",
              language: "typescript",
              code: "const doubled: number = await Promise.resolve(input.value as number * 2);\ndoubled + 1",
            },
          },
          {
            task: {
              name: "body",
              language: "typescript",
              code: "return { words: (input.text as string).split(' ') };",
            },
          },
          {
            task: {
              name: "module",
              language: "typescript",
              code:
                "interface In { value: number }\nexport default async ({ value }: In): Promise<string> => `got ${value}`;",
            },
          },
        ],
        on: { complete: "failing" },
      },
      failing: {
        enter: [{
          task: {
            name: "broken",
            language: "typescript",
            code: "const limit: number = 10;\nif ((input.value as number) > limit) throw new RangeError('too much');",
            retry: { maxAttempts: 1 },
          },
        }],
        on: { error: "caught", complete: "caught" },
      },
      caught: {},
    },
  });
  const { context } = await engine.client.start("typed", { input: { value: 20, text: "a b" }, waitMs: 30_000 });
  const { script, body, module, error } = context as Record<string, Record<string, unknown>>;
  console.log({ script, body, module, error: `${error.message} (line ${error.line}, column ${error.column})` });
  const results = JSON.stringify([script, body, module, error.line]);
  if (results !== '[41,{"words":["a","b"]},"got 20",2]') throw new Error(`wrong results: ${results}`);
  console.log("Done: three forms of TypeScript, and an error at its place");
} finally {
  await engine.close();
}
