/**
 * What an operator does with instances: pause, resume, fork, migrate, and all of it in bulk.
 *
 *   deno run -A examples/lifecycle.ts
 *
 * Shows: a paused instance begins nothing and takes nothing; results that come in meanwhile are recorded, events that say
 * so are kept, and timers wait until it is resumed. A fork is a new instance with the context that another had after a
 * record of its history; it enters anew the state of then. An instance stays on the version it was started with until it
 * is migrated, which works where the newer version has its state. A bulk operation does the same to every instance that
 * a filter chooses, page by page, and lists those that could not take it; a dry run counts them.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const review = (end: string) =>
  defineWorkflow({
    name: "review",
    initial: "draft",
    states: {
      draft: { on: { submit: [{ target: "open" }] } },
      open: { on: { [end]: [{ target: "closed" }] } },
      closed: {},
    },
  });

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  const { client } = engine;
  await client.register(review("approve"));
  const { id } = await client.start("review", { input: { title: "plan" } });
  await client.pause(id, "wait for the lawyers");
  const { kept } = await client.send(id, "submit", { keep: true });
  const resumed = await client.resume(id);
  console.log(`kept while paused: ${kept}; after resuming it is in "${resumed.state}"`);

  await client.send(id, "approve");
  const fork = await client.fork(id, { sequence: 1 });
  console.log(`"${(await client.get(id)).state}" remains, the fork is in "${fork.state}"`);

  await client.register(review("sign"));
  await client.send(fork.id, "submit");
  const moved = await client.migrate(fork.id);
  const signed = await client.send(fork.id, "sign");
  console.log(`version ${moved.version} of it ended in "${signed.instance.state}"`);

  for (let count = 0; count < 5; count++) await client.start("review");
  let cancelled = 0;
  const filter = { workflow: "review", status: "running" } as const;
  for await (const page of client.bulk(filter, { kind: "cancel", reason: "the year is over" })) cancelled += page.done;
  console.log(`${cancelled} cancelled in bulk`);
  if (!kept || fork.state !== "draft" || signed.instance.status !== "completed" || cancelled !== 5) {
    throw new Error("wrong");
  }
  console.log("Done: paused, resumed, forked, migrated and cancelled in bulk");
} finally {
  await engine.close();
}
