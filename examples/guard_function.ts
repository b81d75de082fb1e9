/**
 * Conditions of transitions that are TypeScript functions.
 *
 *   deno run -A examples/guard_function.ts
 *
 * `Guard.fn` takes a function of `{context, input, event}` that gives true or false. Its source is stored with the
 * definition, and it is evaluated in an isolate on a worker, as a task is: never in the engine, so that nobody has to trust
 * it, and the same after any restart. Until the answer is there the instance is in the phase "deciding"; what comes in
 * meanwhile waits its turn. An error in it, or an answer that is neither true nor false, fails the instance with
 * EXPRESSION_FAILED.
 *
 * It costs a task's round trip. Where CEL can say it, say it in CEL (guard_cel.ts). Here the check digit of a card number
 * is looked at, which CEL cannot.
 */

import { equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { Guard, State, StateMachine, Transition } from "../shared/definition/builder.ts";

const hasCheckDigit = Guard.fn(({ event }) => {
  const digits = [...event.data.card].reverse().map(Number);
  const sum = digits.reduce((sum, digit, place) => {
    const doubled = digit * (1 + place % 2);
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits.length > 0 && sum % 10 === 0;
});

const checkout = StateMachine.builder("checkout")
  .initial("asking")
  .state(State.named("asking").on("card", Transition.to("paying").when(hasCheckDigit), "askingAgain"))
  .state(State.named("askingAgain").on("card", Transition.to("paying").when(hasCheckDigit), "givenUp"))
  .state(State.named("paying").final())
  .state(State.named("givenUp").final("failed"))
  .build();

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(checkout);
const [good, bad] = ["4539578763621486", "4539578763621487"];
for (const [cards, state] of [[[good], "paying"], [[bad, good], "paying"], [[bad, bad], "givenUp"]] as const) {
  const { id } = await client.start("checkout");
  for (const card of cards) await client.send(id, "card", { data: { card }, keep: true });
  const ended = await client.result(id);
  console.log(`${cards.join(", ")} -> ${ended.state}`);
  equal(ended.state, state);
}
console.log("Done: a function decided, in an isolate");
