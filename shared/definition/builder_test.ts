import assert from "node:assert/strict";
import { DegovError } from "../errors.ts";
import { Action, defineWorkflow, Guard, State, StateMachine, Transition } from "./builder.ts";
import { definitionHash } from "./canonical.ts";
import { parseDefinition } from "./parse.ts";

const YAML = `
name: order
description: An order.
initial: check
inputSchema: {type: object}
timeout: 30d
states:
  check:
    description: Scores the order.
    enter:
      - {task: score, code: input.amount * 2, retry: 5}
      - {set: {key: seen, value: true}}
      - {log: checking}
    exit: {log: {expression: context.score}}
    on:
      complete:
        - {target: review, guard: context.score > 10}
        - done
      error: failed
      ping: {actions: {set: {key: pings, expression: context.pings + 1}}}
  review:
    on: {approve: done, reject: failed}
    after: {2d: failed}
  done: {final: true}
  failed: {final: failed}
`;

function fromYaml() {
  const result = parseDefinition(YAML);
  assert.ok(result.ok);
  return result.definition;
}

Deno.test("[R3] the builder gives the definition that YAML gives", () => {
  const built = StateMachine.builder("order")
    .description("An order.")
    .initial("check")
    .inputSchema({ type: "object" })
    .timeout("30d")
    .state(
      State.named("check")
        .description("Scores the order.")
        .enter(Action.task("score", { code: "input.amount * 2", retry: 5 }))
        .enter(Action.set("seen", true), Action.log("checking"))
        .exit(Action.logValue("context.score"))
        .on("complete", Transition.to("review").when(Guard.cel("context.score > 10")), "done")
        .on("error", "failed")
        .on("ping", Transition.stay().do(Action.compute("pings", "context.pings + 1"))),
    )
    .state(
      State.named("review").on("approve", "done").on("reject", Transition.to("failed")).after("2d", "failed"),
    )
    .state(State.named("done").final())
    .state(State.named("failed").final("failed"))
    .build();
  assert.deepEqual(built, fromYaml());
  assert.equal(definitionHash(built), definitionHash(fromYaml()));
});

Deno.test("[R3] defineWorkflow() gives the definition that YAML gives", () => {
  const defined = defineWorkflow({
    name: "order",
    description: "An order.",
    initial: "check",
    inputSchema: { type: "object" },
    timeout: "30d",
    states: {
      check: {
        description: "Scores the order.",
        enter: [
          { task: "score", code: "input.amount * 2", retry: 5 },
          { set: { key: "seen", value: true } },
          { log: "checking" },
        ],
        exit: { log: { expression: "context.score" } },
        on: {
          complete: [{ target: "review", guard: "context.score > 10" }, "done"],
          error: "failed",
          ping: { actions: { set: { pings: { expression: "context.pings + 1" } } } },
        },
      },
      review: { on: { approve: "done", reject: "failed" }, after: { "2d": "failed" } },
      done: { final: true },
      failed: { final: "failed" },
    },
  });
  assert.deepEqual(defined, fromYaml());
});

Deno.test("a builder is not changed by what is built from it", () => {
  const common = State.named("a").on("go", "b");
  const one = common.on("go", "c").enter(Action.log("one"));
  const other = common.on("stop", "c");
  assert.deepEqual(common.source, { on: { go: ["b"] } });
  assert.deepEqual(one.source, { on: { go: ["b", "c"] }, enter: [{ log: "one" }] });
  assert.deepEqual(other.source, { on: { go: ["b"], stop: ["c"] } });
});

function errorOf(build: () => unknown): DegovError {
  try {
    build();
  } catch (error) {
    assert.ok(error instanceof DegovError, String(error));
    return error;
  }
  throw new Error("nothing was thrown");
}

Deno.test("[R1] build() throws INVALID_ARGUMENT with every problem", () => {
  const builder = StateMachine.builder("order")
    .initial("check")
    .state(
      State.named("check")
        .enter(Action.task("score", { code: "input.amount +* 2" }))
        .on("complete", Transition.to("done").when(Guard.cel("context.score >"))),
    )
    .state(State.named("done").final().exit(Action.log("never")));
  const error = errorOf(() => builder.build());
  assert.equal(error.code, "INVALID_ARGUMENT");
  assert.deepEqual(error.problems.map(({ path }) => path), [
    "states.check.enter[0].code",
    "states.check.on.complete[0].guard",
    "states.done.exit",
  ]);
  assert.match(error.message, /^Cannot accept the definition: 3 problems\nstates\.check\.enter\[0\]\.code \(1:15\): /);
});

Deno.test("state() refuses a second state of one name", () => {
  const builder = StateMachine.builder("order").state(State.named("a"));
  assert.match(errorOf(() => builder.state(State.named("a"))).message, /Cannot add state "a" to workflow "order"/);
});

Deno.test("types refuse a target that is no state, and what is missing is refused again when it runs", () => {
  const builder = StateMachine.builder("order").initial("a").state(State.named("a").on("go", Transition.to("b")));
  // @ts-expect-error -- "b" is a target, but no state.
  const error = errorOf(() => builder.build());
  assert.match(error.message, /states\.a\.on\.go\[0\]\.target: there is no state "b"/);

  const states = {
    missing: () =>
      // @ts-expect-error -- "b" is a target, but no state.
      defineWorkflow({ name: "w", initial: "a", states: { a: { on: { go: "b" } } } }),
    initial: () =>
      // @ts-expect-error -- the initial state is none.
      defineWorkflow({ name: "w", initial: "x", states: { a: {} } }),
  };
  assert.match(errorOf(states.missing).message, /no state "b"/);
  assert.match(errorOf(states.initial).message, /no state "x"/);
});
