import assert from "node:assert/strict";
import { compileCode } from "../code/compile.ts";
import { DegovError } from "../errors.ts";
import { Action, defineWorkflow, Guard, State, StateMachine, Transition } from "./builder.ts";
import { type TaskFunction, withFunctionSources } from "./function_source.ts";

const rate = 1.19;
const words = ["a"];

function codeOf(task: TaskFunction): string {
  const { value, problems } = withFunctionSources({ code: task });
  assert.deepEqual(problems, []);
  return (value as { code: string }).code;
}

function problemOf(task: TaskFunction): string {
  const { problems } = withFunctionSources({ states: { a: { enter: [{ task: "t", code: task }] } } });
  assert.equal(problems.length, 1);
  assert.equal(problems[0].path, "states.a.enter[0].code");
  return problems[0].message;
}

/** What the code gives, run as an isolate would run it. */
async function resultOf(code: string, input: unknown): Promise<unknown> {
  const compiled = compileCode(code, "javascript");
  assert.ok(compiled.ok && compiled.code.kind === "script");
  const AsyncFunction = Object.getPrototypeOf(async function () {}).constructor;
  return await new AsyncFunction("input", compiled.code.body)(input);
}

Deno.test("withFunctionSources() takes arrows, functions and methods, async or not", async () => {
  const methods = {
    plain({ n }: { n: number }) {
      return n + 1;
    },
    async waiting({ n }: { n: number }) {
      return await Promise.resolve(n + 1);
    },
  };
  const tasks: TaskFunction[] = [
    ({ n }) => n + 1,
    async ({ n }) => await Promise.resolve(n + 1),
    function (input) {
      return input.n + 1;
    },
    function counted({ n }): number {
      return n === 0 ? 1 : 1 + counted({ n: n - 1 });
    },
    methods.plain,
    methods.waiting,
  ];
  for (const task of tasks) assert.equal(await resultOf(codeOf(task), { n: 41 }), 42, task.toString());
});

Deno.test("withFunctionSources() lets a function use what isolates have, and what is its own", () => {
  codeOf(({ items = [] }, ...rest: unknown[]) => {
    const total = Math.max(...items, rest.length);
    class Box {
      #value = total;
      static of = () => new Box();
      get value() {
        return this.#value;
      }
    }
    try {
      console.log(new URL("https://example.org").host, structuredClone(total), hoisted());
    } catch (error) {
      return { message: (error as Error).message, undefined, NaN };
    }
    outer: for (const [key, value] of Object.entries({ rate: 1 })) {
      if (value > 2) break outer;
      setTimeout(() => key);
    }
    return Box.of().value;
    function hoisted() {
      return new TextEncoder();
    }
  });
});

Deno.test("[F1] withFunctionSources() refuses a captured variable, by name and place", () => {
  assert.match(
    problemOf(({ amount }) => amount * rate),
    /^cannot take this function: it captures "rate" from its surroundings, .* \(line 1, column \d+ of the function\)$/,
  );
  assert.match(
    problemOf(function price(input) {
      const scale = 2;
      return input.amount * scale * rate + words.length;
    }),
    /^cannot take the function price: it captures "rate" and "words" from .* \(line 3, column \d+ of the function\)$/,
  );
  assert.match(problemOf(() => Deno.env.get("HOME")), /it uses "Deno", which isolates do not have/);
  assert.match(problemOf(() => fetch("https://example.org")), /it uses "fetch", which/);
  assert.match(problemOf(() => ({ rate })), /it captures "rate"/);
  assert.match(problemOf(({ n = rate }) => n), /it captures "rate"/);
  assert.match(problemOf(() => typeof rate), /it captures "rate"/);
  assert.match(problemOf(() => assert.ok(true)), /it captures "assert"/);
});

Deno.test("withFunctionSources() refuses what has no source, or is not called once", () => {
  assert.match(problemOf(Math.max), /it is built in or bound, so it has no source$/);
  assert.match(problemOf(((input: unknown) => input).bind(null)), /it is built in or bound/);
  assert.match(problemOf(class A {} as unknown as TaskFunction), /it is a class; give a function$/);
  assert.match(
    problemOf(function* () {
      yield 1;
    }),
    /it is a generator; give a function that returns$/,
  );
});

Deno.test("withFunctionSources() leaves functions elsewhere, and values that have no end, for the reader to refuse", () => {
  const round: Record<string, unknown> = { log: () => 1 };
  round.self = round;
  assert.deepEqual(withFunctionSources(round).problems, []);
  assert.throws(() => defineWorkflow(round as never), /a function is nothing that JSON can carry/);
});

Deno.test("the builder takes functions for tasks, the tasks of maps, and guards", () => {
  const built = StateMachine.builder("w")
    .initial("a")
    .state(
      State.named("a")
        .enter(
          Action.task("one", ({ n }) => n + 1),
          Action.task("two", { code: ({ n }) => n + 2, timeout: "5s" }),
          Action.map("all", { items: "context.list", task: { code: (item) => item * 2 } }),
        )
        .on("complete", Transition.to("b").when(Guard.fn(({ context }) => context.one > 1)), "c"),
    )
    .state(State.named("b").final())
    .state(State.named("c").final())
    .build();
  assert.deepEqual(built.states.a, {
    enter: [
      { task: { name: "one", code: "export default ({ n })=>n + 1;" } },
      { task: { name: "two", code: "export default ({ n })=>n + 2;", timeoutMs: 5_000 } },
      { map: { name: "all", items: "context.list", task: { code: "export default (item)=>item * 2;" } } },
    ],
    on: {
      complete: [
        { target: "b", guard: { code: "export default ({ context })=>context.one > 1;" } },
        { target: "c" },
      ],
    },
  });
});

Deno.test("defineWorkflow() tells captured variables with every other problem", () => {
  try {
    defineWorkflow({
      name: "w",
      initial: "a",
      states: {
        a: {
          enter: { task: "t", code: ({ n }) => n * rate },
          on: { complete: { target: "b", guard: () => words.length > 1 }, go: { target: "b", guard: "1 +" } },
        },
        b: {},
      },
    });
    assert.fail("it is accepted");
  } catch (error) {
    assert.ok(error instanceof DegovError);
    assert.deepEqual(error.problems.map(({ path }) => path), [
      "states.a.enter.code",
      "states.a.on.complete.guard",
      "states.a.on.go.guard",
    ]);
  }
});
