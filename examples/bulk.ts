/**
 * The same for many instances at once, chosen by a filter.
 *
 *   deno run -A examples/bulk.ts
 *
 * `bulk` pauses, resumes, cancels, retries, migrates or forks every instance that a filter chooses: by workflow, by
 * status, by the time of their start. It goes page by page and yields what became of each page: how many the filter chose, how many
 * took the operation, and each that could not, with the reason. It may be stopped and begun again: what is done is done,
 * and does no harm twice. With `dryRun` it only counts, which is a good thing to do first.
 *
 * Here five deliveries are packed, two of which fail at first and are retried. A storm comes, and all are paused and
 * resumed; a new version has them signed for; what is still on its way at the end of the year is cancelled, and begun
 * again from its start in the new one.
 */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import type { BulkOperation } from "../shared/bulk_operation.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const delivery = (arrived: string) =>
  defineWorkflow({
    name: "delivery",
    initial: "packing",
    states: {
      packing: {
        enter: [
          { set: { tries: { expression: "has(context.tries) ? context.tries + 1 : 1" } } },
          { task: "box", retry: false, code: "if (input.fragile && input.tries < 2) throw new Error('no box'); 'L'" },
        ],
        on: { complete: "driving" },
      },
      driving: { on: { arrive: arrived } },
      [arrived]: {},
    },
  });

await using kit = await TestKit.open();
const { client } = kit;

type Status = "running" | "failed" | "cancelled";

/** How many there were, and how many took it. */
async function bulk(status: Status, operation: BulkOperation, options: { dryRun?: boolean } = {}): Promise<number> {
  let [matched, done] = [0, 0];
  for await (const page of client.bulk({ workflow: "delivery", status }, operation, options)) {
    matched += page.matched;
    done += page.done;
    for (const { instanceId, message } of page.refusals) console.log(`  ${instanceId}: ${message}`);
  }
  console.log(`${operation.kind}${options.dryRun ? " (dry run)" : ""}: ${done} of ${matched} ${status}`);
  return done;
}

await client.register(delivery("delivered"));
const ids = ["d1", "d2", "d3", "d4", "d5"];
for (const instanceId of ids) {
  await client.start("delivery", { instanceId, input: { fragile: instanceId < "d3" } });
}
for (const id of ids) await kit.settle(id);
equal(await bulk("failed", { kind: "retry" }, { dryRun: true }), 0);
equal(await bulk("failed", { kind: "retry" }), 2);
for (const id of ids) await kit.settle(id);

equal(await bulk("running", { kind: "pause", reason: "a storm" }), 5);
equal(await bulk("running", { kind: "resume" }), 5);

await client.register(delivery("signed"));
equal(await bulk("running", { kind: "migrate" }), 5);
await client.send("d1", "arrive");
equal(await bulk("running", { kind: "cancel", reason: "the year is over" }), 4);
equal(await bulk("cancelled", { kind: "fork", sequence: 1 }), 4);
await kit.leap(0); // until nothing goes on by itself

const ends: Record<string, number> = {};
for await (const { status, state } of client.instances()) {
  const end = `${status} in ${state}`;
  ends[end] = (ends[end] ?? 0) + 1;
}
console.log(ends);
deepEqual(ends, { "completed in signed": 1, "cancelled in driving": 4, "running in driving": 4 });
console.log("Done: retried, paused, resumed, migrated, cancelled and forked, each in one go");
