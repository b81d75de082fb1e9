/**
 * The same task for each item of a list, so many at once.
 *
 *   deno run -A examples/map_list.ts
 *
 * `map` is an action: it evaluates its list when the state is entered and runs one task for each item, at most
 * `concurrency` of them unfinished at a time, over all workers. The task's input expressions see `item` and `index` besides
 * the context; without an input the task gets the item. The outputs come in the order of the items, whichever was done
 * first. Each item has its own attempts; when one fails for good the others are cancelled, and the state takes the failure
 * as it would that of a task.
 *
 * Here seven pictures are resized, three at a time; the history shows that there were never more.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const CONCURRENCY = 3;

const album = defineWorkflow({
  name: "album",
  initial: "resizing",
  states: {
    resizing: {
      enter: {
        map: "pictures",
        items: "context.files",
        concurrency: CONCURRENCY,
        task: {
          input: { file: "item", place: "index + 1", width: "context.width" },
          code: "`${input.place}-${input.file}@${input.width}`",
        },
      },
      on: { complete: "resized" },
    },
    resized: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 4 });
const { client } = engine;
await client.register(album);
const files = ["sea", "sky", "sun", "sand", "gull", "boat", "moon"];
const { id, context } = await client.start("album", { input: { files, width: 800 }, waitMs: 30_000 });

let [begun, most] = [0, 0];
for await (const { entries } of client.history(id)) {
  for (const { taskScheduled, itemCompleted } of entries) {
    begun += taskScheduled?.index !== undefined ? 1 : itemCompleted ? -1 : 0;
    most = Math.max(most, begun);
  }
}
console.log(context?.pictures, `at most ${most} at once`);
deepEqual(context?.pictures, files.map((file, index) => `${index + 1}-${file}@800`));
equal(most, CONCURRENCY);
console.log("Done: seven pictures in their order");
