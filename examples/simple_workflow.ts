/**
 * An order in three states, with JavaScript tasks: engine and worker in this one process, state in memory.
 *
 *   deno run -A examples/simple_workflow.ts
 *
 * Shows: a definition made with the builder, tasks that run in isolates without any permission, a guard that chooses
 * between two ways, and the history as it grows.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { Action, Guard, State, StateMachine, Transition } from "../shared/definition/builder.ts";

const order = StateMachine.builder("order")
  .description("Prices an order and decides whether it ships at once.")
  .initial("pricing")
  .state(
    State.named("pricing")
      .enter(Action.task("total", {
        code: `
          const sum = input.items.reduce((sum, item) => sum + item.price * item.count, 0);
          console.log("priced", input.items.length, "items");
          sum * 1.19
        `,
      }))
      .on("complete", Transition.to("checking")),
  )
  .state(
    State.named("checking")
      .enter(Action.task("risk", { code: "return input.total > 500 ? 'high' : 'low';" }))
      .on("complete", Transition.to("shipping").when(Guard.cel("context.risk == 'low'")))
      .on("complete", Transition.to("refused")),
  )
  .state(
    State.named("shipping")
      .enter(Action.task("parcel", {
        code: "export default async function ({ items }) { return { weight: items.length * 0.4, express: true }; }",
      })),
  )
  .state(State.named("refused").final("failed"))
  .build();

const started = performance.now();
const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  await engine.client.register(order);
  const { id } = await engine.client.start("order", {
    input: { items: [{ name: "lamp", price: 49, count: 2 }, { name: "bulb", price: 3.5, count: 4 }] },
  });
  console.log(`Started instance ${id}\n`);

  for await (const { entries } of engine.client.watch(id)) {
    for (const entry of entries) {
      const [kind, detail] = Object.entries(entry)[0];
      const { state, name, output, from, to, console: lines } = detail as Record<string, unknown>;
      if (kind === "stateEntered") console.log(`state   ${state}`);
      if (kind === "transitionTaken") console.log(`        ${from} -> ${to}`);
      if (kind === "taskCompleted") {
        for (const { text } of (lines ?? []) as { text: string }[]) console.log(`console ${text}`);
        console.log(`task    ${name} returned ${JSON.stringify(output)}`);
      }
    }
  }

  const { status, state, context, failure } = await engine.client.get(id);
  console.log(`\nStatus  ${status} in state ${state} after ${Math.round(performance.now() - started)} ms`);
  console.log(`Context ${JSON.stringify(context)}`);
  if (status !== "completed") throw new Error(failure?.message ?? `ended as ${status}`);
} finally {
  await engine.close();
}
