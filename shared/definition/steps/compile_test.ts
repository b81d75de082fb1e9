import assert from "node:assert/strict";
import type { Definition, StateDefinition } from "../definition.ts";
import { definitionRefused, parseDefinition } from "../parse.ts";
import { defineSteps, StepsBuilder } from "./builder.ts";

function accepted(source: unknown): Definition {
  const result = parseDefinition(source);
  assert.ok(result.ok, result.ok ? "" : definitionRefused(result.problems).message);
  assert.deepEqual(parseDefinition(result.definition), result, "[R4] what was compiled reads as itself");
  return result.definition;
}

/** The states of a workflow with these steps, in YAML. */
function statesOf(steps: string): Record<string, StateDefinition> {
  const { states } = accepted({ text: `id: w\nsteps:\n${steps.replace(/^/gm, "  ")}\n`, format: "yaml" });
  return states;
}

Deno.test("compileSteps() makes the smallest workflow a machine of two states", () => {
  const document = {
    id: "my-workflow",
    name: "My Workflow",
    steps: [{ id: "step1", name: "Calculate", type: { script: { code: "return { result: 42 };" } } }],
  };
  assert.deepEqual(accepted(document), {
    name: "my-workflow",
    description: "My Workflow",
    initial: "step1",
    states: {
      step1: {
        description: "Calculate",
        enter: [{ task: { name: "step1", code: "return { result: 42 };", merge: true } }],
        on: { complete: [{ target: "end" }] },
      },
      end: { final: "completed" },
    },
    source: { format: "steps", document },
  });
  assert.deepEqual(accepted(JSON.stringify(document)), accepted(document), "[R3]");
});

Deno.test("compileSteps() passes over a step whose condition does not hold", () => {
  const { "b.if": gate, a } = statesOf("- {id: a}\n- {id: b, if: context.x == 1, type: {log: hello}}\n- {id: c}");
  assert.deepEqual(a.on, { complete: [{ target: "b.if" }] });
  assert.deepEqual(gate.on, { complete: [{ guard: "context.x == 1", target: "b" }, { target: "c" }] });
});

Deno.test("compileSteps() bounds a way back, and fails when the bound is reached", () => {
  const states = statesOf("- {id: a, type: {script: '({n: 1})'}, next: {to: a, if: context.n < 5, max: 3}}");
  assert.deepEqual(states.a.enter![0], {
    set: { key: "a.runs", expression: '"a.runs" in context ? context["a.runs"] + 1 : 1' },
  });
  assert.deepEqual(states.a.on, { complete: [{ guard: "context.n < 5", target: "a.again" }, { target: "end" }] });
  const [again, exceeded] = states["a.again"].on!.complete;
  assert.deepEqual(again, { target: "a", guard: '!("a.runs" in context) || context["a.runs"] < 3' });
  const message = 'step "a" has run 3 times, and "a" would run it again';
  assert.deepEqual(exceeded, { actions: [{ fail: { code: "RUNS_EXCEEDED", message } }] });
});

Deno.test("compileSteps() lets the innermost catch take a failure, and the outer ones what it leaves", () => {
  const states = statesOf(`
- id: outer
  type:
    choose:
      - id: way
        steps:
          - {id: inner, type: {script: '1'}, catch: [{codes: [E2, E1], steps: [{id: own, type: {log: own}}]}]}
  catch:
    - {codes: [E1, E3], steps: [{id: third}]}
    - {next: last}
- {id: skipped}
- {id: last}`.trim());
  assert.deepEqual(states.inner.on!.error, [
    { codes: ["E1", "E2"], target: "own" },
    { codes: ["E3"], target: "third" },
    { target: "last" },
  ]);
  assert.deepEqual(states.own.on, { complete: [{ target: "skipped" }] });
  assert.equal(states.outer.on!.error, undefined, "nothing runs in it");
});

Deno.test("compileSteps() makes a timeout's rungs run beside the step, lead on, or fail it", () => {
  const states = statesOf(`
- id: ask
  type: {act: {actions: [complete]}}
  timeout:
    - {after: 3d, error: TOO_LATE}
    - {after: 1d, steps: [{id: remind, type: {script: '1'}}, {id: note, type: {log: late}}]}
    - {after: 2d, steps: [{id: escalate, type: {script: '2'}}], next: after}
  catch: {codes: TOO_LATE, steps: [{id: give_up, type: {log: x}}]}
- {id: after}`.trim());
  const [first, second, third] = states.ask.after!;
  assert.deepEqual([first.delayMs, first.target, first.actions!.length], [86_400_000, undefined, 2]);
  assert.deepEqual([second.delayMs, second.target], [2 * 86_400_000, "escalate"]);
  const message = 'step "ask" took longer than 3d';
  assert.deepEqual(third, { delayMs: 3 * 86_400_000, actions: [{ fail: { code: "TOO_LATE", message } }] });
  assert.deepEqual(states.ask.on!.error, [{ codes: ["TOO_LATE"], target: "give_up" }]);
  assert.deepEqual(states.escalate.on!.complete, [{ target: "after" }]);
});

Deno.test("compileSteps() makes each action of an act an event of the step's", () => {
  const states = statesOf("- {id: form, type: {script: '1'}}\n- {id: review, type: {act: null}}");
  assert.deepEqual(
    Object.entries(states.review.on!).map(([event, [{ target }]]) => `${event} -> ${target}`),
    [
      "review.complete -> end",
      "review.submit -> end",
      "review.back -> form",
      "review.skip -> end",
      "review.abort -> aborted",
      "review.error -> undefined",
    ],
  );
});

Deno.test("the builder, the plain object and YAML give the same definition", () => {
  const yaml = accepted(`
id: order
name: Order
output: {total: context.total}
steps:
  - {id: price, type: {script: {code: "({total: 3})", retry: 5}}, catch: {codes: E1, next: done}}
  - {id: ask, type: {act: {outputs: [approved]}}, if: context.total > 2}
  - {id: done, type: {set: {done: true}}}
`);
  const script = { code: "({total: 3})", retry: 5 };
  const built = StepsBuilder.workflow("order").named("Order").output({ total: "context.total" })
    .script("price", script, { catch: { codes: "E1", next: "done" } })
    .act("ask", { outputs: ["approved"] }, { if: "context.total > 2" })
    .set("done", { done: true })
    .build();
  assert.deepEqual(built, yaml);
  const defined = defineSteps({
    id: "order",
    name: "Order",
    output: { total: "context.total" },
    steps: [
      { id: "price", type: { script }, catch: { codes: "E1", next: "done" } },
      { id: "ask", if: "context.total > 2", type: { act: { outputs: ["approved"] } } },
      { id: "done", type: { set: { done: true } } },
    ],
  });
  assert.deepEqual(defined, yaml);
});

Deno.test("a script may be a function, whose captured variables are refused by name", () => {
  const rate = 2;
  const { states } = defineSteps({
    id: "w",
    steps: [{ id: "a", type: { script: { code: ({ n }) => ({ n: n + 1 }) } } }],
  });
  assert.match(JSON.stringify(states.a.enter), /export default \(\{ n \}\)/);
  assert.throws(
    () => StepsBuilder.workflow("w").script("a", ({ n }) => ({ n: n * rate })).build(),
    /steps\[0\]\.type\.script\.code: cannot take this function: it captures "rate"/,
  );
});

Deno.test("compileSteps() makes a step that fails a failure of the state, which a catch around it takes", () => {
  const states = statesOf(`
- id: stock
  if: context.n == 0
  type: {fail: {code: NO_STOCK, message: {expression: "context.why"}}}
- id: way
  type: {choose: [{id: only, steps: [{id: give_up, type: {fail: LATE}}]}]}
  catch: {codes: LATE, steps: [{id: sorry}]}`.trim());
  assert.deepEqual(states.stock, {
    enter: [{ fail: { code: "NO_STOCK", message: { expression: "context.why" } } }],
    final: "failed",
  });
  assert.deepEqual(states.give_up, {
    enter: [{ fail: { code: "LATE" } }],
    on: { error: [{ codes: ["LATE"], target: "sorry" }] },
  });
});

Deno.test("compileSteps() makes branches that are gone at once parts of the instance, in rounds by their needs", () => {
  const states = statesOf(`
- id: ways
  type:
    parallel:
      - {id: one, steps: [{id: first, type: {script: '1'}, catch: {codes: E1, next: end}}]}
      - {id: two, if: context.n > 1, steps: [{id: second, type: {act: null}}]}
      - {id: last, needs: one, steps: [{id: third}]}
  catch: {codes: E2, next: after}
- {id: after}`.trim());
  const part = (id: string, state: string) => ({
    map: {
      name: id,
      items: `context["ways.${id}"] ? [true] : []`,
      start: { state, input: {} },
      output: `ways.${id}.wrote`,
    },
  });
  assert.deepEqual(states.ways.enter!.slice(-2), [part("one", "first"), part("two", "second")]);
  const { complete, error: caught, ...handed } = states.ways.on!;
  assert.deepEqual(complete, [{ target: "ways.round2" }]);
  assert.deepEqual([caught[0].codes, caught[0].target, caught[0].actions!.length], [["E2"], "after", 4], "[P2]");
  const actions = ["complete", "submit", "skip", "abort", "error"];
  assert.deepEqual(
    Object.keys(handed),
    actions.map((action) => `second.${action}`),
    "[P3] but back, which is not there",
  );
  assert.deepEqual(handed["second.skip"], [
    { actions: [{ send: { child: "two", event: "second.skip", data: "event.data" } }] },
  ]);
  const [merge, forget] = states["ways.round2"].enter!;
  const list = 'context["ways.one.wrote"]';
  assert.deepEqual(merge, { set: { merge: `"ways.one.wrote" in context && size(${list}) > 0 ? ${list}[0] : {}` } });
  assert.deepEqual(forget, { set: { key: "ways.one.wrote", value: [] } });
  assert.deepEqual(states["ways.round2"].enter!.slice(4), [part("last", "third")]);
  assert.deepEqual(states["ways.round2"].on!.complete, [{ target: "ways.done" }]);
  assert.deepEqual(states["ways.done"].on, { complete: [{ target: "after" }] });
  assert.deepEqual(states.first.on!.complete, [{ target: "end" }], "the end of a part");
  assert.equal(states.second.on!["second.back"], undefined, "nothing comes before it in its part");
});

Deno.test("[P3] the events of acts go through parts within parts, and to none of a list's", () => {
  const states = statesOf(`
- id: outer
  type:
    parallel:
      - id: one
        steps:
          - id: inner
            type:
              parallel:
                - {id: first, steps: [{id: a, type: {act: {actions: [complete]}}}]}
                - {id: second, needs: first, steps: [{id: b, type: {act: {actions: [complete]}}}]}
      - id: two
        steps:
          - {id: list, type: {each: {items: context.x, parallel: true, steps: [{id: c, type: {act: null}}]}}}`.trim());
  const handed = (state: string) =>
    Object.entries(states[state].on!).flatMap(([event, [{ actions }]]) => {
      const [action] = actions ?? [];
      return action !== undefined && "send" in action ? [`${event} to ${action.send.child}`] : [];
    });
  assert.deepEqual(handed("outer"), ["a.complete to one", "b.complete to one"]);
  assert.deepEqual(handed("inner"), ["a.complete to first"]);
  assert.deepEqual(handed("inner.round2"), ["b.complete to second"]);
});

Deno.test("compileSteps() makes a parallel list of steps a part for each item", () => {
  const states = statesOf(`
- id: all
  type:
    each: {items: context.lines, as: line, parallel: true, concurrency: 2, output: results, steps: [{id: one}, {id: two}]}
  timeout: {after: 1h, error: LATE}`.trim());
  const start = { state: "one", input: { line: "item", "all.index": "index" } };
  const map = { name: "all", items: "context.lines", concurrency: 2, start, output: "results" };
  assert.deepEqual(states.all.enter, [{ map }]);
  assert.equal(states.all.after!.length, 1);
  assert.deepEqual(states.two.on, { complete: [{ target: "end" }] });
});

Deno.test("[R2] a workflow of too many steps, or of steps that make too many states, is refused", () => {
  const told = (steps: unknown[]) => {
    const result = parseDefinition({ id: "w", steps });
    return result.ok ? [] : result.problems.map(({ path, message }) => `${path} ${message}`);
  };
  const step = (id: string) => ({ id });
  const list = (id: string) => ({ id, type: { each: { items: "[1]", steps: [step(`${id}a`), step(`${id}b`)] } } });
  const ids = Array.from({ length: 500 }, (_, index) => `s${index}`);
  assert.deepEqual(told(ids.map(list)), ["steps are 1500 steps, at most 1000 are allowed"]);
  assert.deepEqual(told(ids.slice(0, 300).map(list)), ["steps make 1201 states, at most 1000 are allowed"]);
  assert.deepEqual(told(ids.map(step)), []);
});
