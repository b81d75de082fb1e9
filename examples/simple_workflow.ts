/**
 * An order in three states: the first thing to read, and to run.
 *
 *   deno run -A examples/simple_workflow.ts
 *
 * A workflow is a state machine. This one prices an order, decides with a guard whether it is harmless, and ships it; each
 * of the three is a task, a piece of JavaScript that runs in an isolate without any permission. The definition is made with
 * the builder, which does not compile while a transition leads to a state that there is not.
 *
 * Engine and worker are both in this one process here, and the state is in memory. The history is printed as it grows: every
 * record of it was one transaction, and was kept before anybody was told. Change the lamp's price to 500 and run it again:
 * the order is refused, and the example says so and fails.
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
await using engine = await WorkflowEngine.open({ isolates: 2 });
await engine.client.register(order);
const { id } = await engine.client.start("order", {
  input: { items: [{ name: "lamp", price: 49, count: 2 }, { name: "bulb", price: 3.5, count: 4 }] },
});
console.log(`Started instance ${id}\n`);

for await (const { entries } of engine.client.watch(id)) {
  for (const { stateEntered, transitionTaken, taskCompleted } of entries) {
    if (stateEntered) console.log(`state   ${stateEntered.state}`);
    if (transitionTaken) console.log(`        ${transitionTaken.from} -> ${transitionTaken.to}`);
    if (taskCompleted) {
      for (const { text } of taskCompleted.console ?? []) console.log(`console ${text}`);
      console.log(`task    ${taskCompleted.name} returned ${JSON.stringify(taskCompleted.output)}`);
    }
  }
}

const { status, state, context, failure } = await engine.client.get(id);
console.log(`\nStatus  ${status} in state ${state} after ${Math.round(performance.now() - started)} ms`);
console.log(`Context ${JSON.stringify(context)}`);
if (status !== "completed") throw new Error(failure?.message ?? `ended as ${status}`);
console.log("Done: the order was priced, found harmless and shipped");
