/**
 * TypeScript functions as tasks and guards.
 *
 *   deno run -A examples/function_tasks.ts
 *
 * Shows: the source of a function is taken, and stored with the definition; it runs later, elsewhere, in an isolate that
 * has nothing but its input. So it must not use anything around it: a captured variable is refused, by its name, when the
 * workflow is defined and not when it runs. A guard may be a function too: it receives `{context, input, event}` and is
 * evaluated on a worker, as a task is; CEL guards are evaluated in the engine, and cost less.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { Action, Guard, State, StateMachine, Transition } from "../shared/definition/builder.ts";

interface Line {
  price: number;
  count: number;
}

const order = StateMachine.builder("function-order")
  .initial("pricing")
  .state(
    State.named("pricing")
      .enter(Action.task("total", ({ lines }: { lines: Line[] }) => {
        const rate = 1.19;
        return lines.reduce((sum, line) => sum + line.price * line.count, 0) * rate;
      }))
      .on("complete", Transition.to("large").when(Guard.fn(({ context }) => context.total > 100)), "small"),
  )
  .state(State.named("large").final())
  .state(State.named("small").final())
  .build();

const rate = 1.19;
try {
  StateMachine.builder("captures").initial("a")
    .state(State.named("a").enter(Action.task("total", ({ amount }) => amount * rate)))
    .build();
} catch (error) {
  console.log((error as Error).message);
}

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register(order);
  for (const [count, expected] of [[1, "small"], [9, "large"]] as const) {
    const input = { lines: [{ price: 10, count }] };
    const { state, context } = await engine.client.start("function-order", { input, waitMs: 30_000 });
    console.log(`${count}: ${context?.total} is ${state}`);
    if (state !== expected) throw new Error(`expected ${expected}`);
  }
  console.log("Done: the functions ran in isolates");
} finally {
  await engine.close();
}
