/**
 * What a mistake in a definition looks like: its place in the text, what is wrong, and what would be right.
 *
 *   deno run -A examples/definition_errors.ts
 *
 * Every problem is told in one go. In YAML each has its line and column; in JSON too, where the text is known. Where only
 * an object was given there is no text to point at, and the path alone says the place, as `states.review.on.approve[0]`.
 * Mistakes in a task's code or in a guard have their place in the whole document too, so that an editor can jump there.
 *
 * A name that is nearly right is answered with the one that was probably meant. The error that `register` throws has the
 * same problems, and with a file's name its message is what terminals and editors make links of: `FILE:LINE:COLUMN`.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { DegovError } from "../shared/errors.ts";
import { parseDefinition } from "../shared/definition/parse.ts";

const yaml = `name: refund
initial: checking
states:
  checking:
    enter:
      - task: isSmall
        timeout: 5 parsecs
        code: |
          const limit = 50
          return input.amount <= limit);
    on:
      complete: { target: payed, guard: contxt.isSmall }
  paid: {}
`;

await using engine = await WorkflowEngine.open({ isolates: 1 });
const error = await engine.client.register({ text: yaml, fileName: "refund.yaml" }).catch((error) => error);
if (!(error instanceof DegovError)) throw new Error("it was to be refused");
console.log(error.message);
const lines = error.problems.map(({ line, inDocument }) => inDocument?.line ?? line);
deepEqual(lines, [7, 10, 12, 12], "the lines of the mistakes");

const json = `{\n  "name": "refund",\n  "initial": "paid",\n  "states": { "paid": { "finl": true } }\n}`;
for (const source of [json, JSON.parse(json)]) {
  const result = parseDefinition(source);
  if (result.ok) throw new Error("it was to be refused");
  const [{ path, line, column, message }] = result.problems;
  console.log(`\nJSON as ${typeof source}: ${path}${line === undefined ? "" : ` (${line}:${column})`}: ${message}`);
  equal(path, "states.paid.finl");
  equal(line, typeof source === "string" ? 4 : undefined);
}
console.log("Done: each mistake was told with its place");
