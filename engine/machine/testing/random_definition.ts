/** Definitions and inputs drawn at random, for properties that hold of all of them. */

import * as fc from "npm:fast-check@4.10.2";
import type {
  ActionDefinition,
  Definition,
  GuardDefinition,
  StateDefinition,
  TransitionDefinition,
} from "../../../shared/definition/definition.ts";
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { MachineInput } from "../input.ts";
import type { Instance } from "../instance.ts";

const KEYS = ["k0", "k1", "k2", "error", "__proto__"];
const EVENTS = ["e0", "e1", "e2"];

/** True, false, dependent on what happened, or impossible to evaluate. */
const guard = oneOf({
  "true": 4,
  "false": 3,
  "has(context.k0)": 2,
  "!has(context.k1)": 2,
  "has(context.k2) && context.k2 != null": 2,
  "event.data == 1.0": 2,
  "event.data != null": 2,
  "context.k1.x > 1": 1,
});

const expression = oneOf({
  "1.0": 4,
  "event.data": 4,
  "event.name": 4,
  "context": 1,
  "input": 2,
  "has(context.k0) ? null : 1.0": 2,
  '{"a": [event.data, has(context.k1)]}': 2,
  "context.k1.x": 1,
});

/** One of the keys, by their weights. */
function oneOf(weights: Readonly<Record<string, number>>): fc.Arbitrary<string> {
  return fc.oneof(...Object.entries(weights).map(([text, weight]) => ({ weight, arbitrary: fc.constant(text) })));
}

const jsonValue: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, 1, 2, 'é"x', true),
  // As it comes out of storage: without negative zeros.
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value))),
);

const key = fc.constantFrom(...KEYS);

const action: fc.Arbitrary<ActionDefinition> = fc.oneof(
  fc.record({
    task: fc.record({
      name: fc.constantFrom("k0", "k1", "one", "two"),
      code: fc.constant("input"),
      input: fc.option(fc.oneof(expression, fc.dictionary(key, expression, { maxKeys: 2 })), { nil: undefined }),
      output: fc.option(key, { nil: undefined }),
    }, { noNullPrototype: true }).map(dropUndefined),
  }, { noNullPrototype: true }),
  fc.record({ set: fc.record({ key, value: jsonValue }, { noNullPrototype: true }) }, { noNullPrototype: true }),
  fc.record({ set: fc.record({ key, expression }, { noNullPrototype: true }) }, { noNullPrototype: true }),
  fc.record({ log: fc.record({ expression }, { noNullPrototype: true }) }, { noNullPrototype: true }),
);

/** Actions of the features that most definitions do without. */
const rareAction: fc.Arbitrary<ActionDefinition> = fc.oneof(
  fc.record({
    name: fc.constantFrom("k0", "k1"),
    items: oneOf({ "[1.0, 2.0, 3.0]": 4, "[]": 1, "[event.data, context]": 1, "context.k1": 1 }),
    concurrency: fc.constantFrom(undefined, 1, 2),
    what: fc.oneof(
      fc.record({
        code: fc.constant("input"),
        input: fc.constantFrom(undefined, "item", "[item, index]", "item.x"),
      }, { noNullPrototype: true }).map((task) => ({ task: dropUndefined(task) })),
      fc.record({
        kind: fc.constantFrom({ workflow: "w" }, { state: "s0" }),
        input: fc.constantFrom(undefined, { k1: "item" }, "item"),
      }, { noNullPrototype: true }).map(({ kind, input }) => ({ start: dropUndefined({ ...kind, input }) })),
    ),
  }, { noNullPrototype: true }).map(({ what, ...map }) => ({ map: dropUndefined({ ...map, ...what }) })),
  fc.record({
    name: fc.constantFrom("k1", "k2"),
    kind: fc.constantFrom({ workflow: "w" }, { state: "s0" }),
    id: fc.constantFrom(undefined, undefined, "'child'", "event.name"),
    input: fc.constantFrom(undefined, { k0: "event.data" }, "context", "1.0"),
    wait: fc.constantFrom(undefined, undefined, false),
  }, { noNullPrototype: true }).map(({ kind, ...start }) => ({ start: dropUndefined({ ...start, ...kind }) })),
  fc.record({
    receiver: fc.oneof(
      oneOf({ "'other'": 4, "event.name": 2, "context.k1.x": 1 }).map((to) => ({ to })),
      fc.constantFrom("k0", "k1").map((child) => ({ child })),
    ),
    event: fc.constantFrom(...EVENTS),
    data: fc.constantFrom(undefined, "event.data", "context"),
  }, { noNullPrototype: true }).map(({ receiver, ...send }) => ({
    send: dropUndefined({ ...receiver, ...send }),
  })),
  fc.record({
    code: fc.constantFrom("E1", "E2", "E3", { expression: "event.name" }, { expression: "context.k1.x" }),
    message: fc.constantFrom(undefined, "it is not to be", { expression: "event.name" }, { expression: "context" }),
  }, { noNullPrototype: true }).map((fail) => ({ fail: dropUndefined(fail) })),
);

const anyGuard: fc.Arbitrary<GuardDefinition> = fc.oneof(
  { weight: 5, arbitrary: guard },
  { weight: 1, arbitrary: fc.constant({ code: "true" }) },
);

const anyAction = fc.oneof({ weight: 6, arbitrary: action }, { weight: 1, arbitrary: rareAction });

const actions = fc.option(fc.array(anyAction, { maxLength: 3 }), { nil: undefined, freq: 2 });

const codes = fc.constantFrom<string[] | undefined>(undefined, undefined, undefined, ["E1"], ["E2"]);

function transition(states: readonly string[]): fc.Arbitrary<TransitionDefinition> {
  return fc.record({
    target: fc.option(fc.constantFrom(...states), { nil: undefined, freq: 3 }),
    guard: fc.option(anyGuard, { nil: undefined }),
    actions,
  }, { noNullPrototype: true }).map(dropUndefined);
}

/** Transitions by event; with codes where they are for `error`. */
function transitionsByEvent(states: readonly string[], events: readonly string[]) {
  const transitions = fc.array(fc.tuple(transition(states), codes), { minLength: 1, maxLength: 3 });
  const byEvent = fc.dictionary(fc.constantFrom(...events), transitions, { maxKeys: 4, noNullPrototype: true });
  return byEvent.map((byEvent) =>
    Object.fromEntries(
      Object.entries(byEvent).map(([name, list]) => [
        name,
        list.map(([each, codes]) => name === "error" ? dropUndefined({ ...each, codes }) : each),
      ]),
    )
  );
}

function state(states: readonly string[]): fc.Arbitrary<StateDefinition> {
  return fc.record({
    enter: actions,
    exit: actions,
    on: fc.option(transitionsByEvent(states, [...EVENTS, ...EVENTS, "complete", "error"]), { nil: undefined, freq: 4 }),
    after: fc.option(
      fc.array(
        fc.tuple(fc.nat(50), transition(states)).map(([delayMs, rest]) => ({ delayMs, ...rest })),
        { maxLength: 2 },
      ),
      { nil: undefined, freq: 2 },
    ),
    compensate: fc.option(fc.array(anyAction, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 }),
    final: fc.constantFrom(...Array(8).fill(undefined), "completed" as const, "failed" as const),
  }, { noNullPrototype: true }).map(dropUndefined);
}

/** A definition of one to six states. It may loop, get stuck and contain expressions that cannot be evaluated. */
export const definitionArbitrary: fc.Arbitrary<Definition> = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  return fc.record({
    name: fc.constant("w"),
    initial: fc.constantFrom(...names),
    timeoutMs: fc.constantFrom(undefined, undefined, undefined, 50),
    on: fc.option(transitionsByEvent(names, ["e0", "e3", "error"]), { nil: undefined, freq: 2 }),
    output: fc.constantFrom(undefined, undefined, "context.k0", { n: "input", k: "1.0" }),
    compensateOn: fc.constantFrom<Definition["compensateOn"]>(undefined, undefined, ["failed"], []),
    states: fc.tuple(...names.map(() => state(names))).map((states) =>
      Object.fromEntries(states.map((each, index) => [names[index], each]))
    ),
  }, { noNullPrototype: true }).map(dropUndefined);
});

/** A start input. */
export const inputArbitrary: fc.Arbitrary<JsonObject> = fc.dictionary(key, jsonValue, {
  maxKeys: 3,
  noNullPrototype: true,
});

/** An input that becomes whole once the instance is known that it goes to. */
export type Draw = (instance: Instance) => MachineInput;

const ATTEMPT = { attempt: 1 };

const RETRY: MachineInput = { kind: "retry" };

/** Mostly what is to be expected of clients and engines; sometimes late, repeated or invented. */
export const drawArbitrary: fc.Arbitrary<Draw> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constantFrom(...EVENTS, ...EVENTS, "complete", "error", "toString"),
      data: jsonValue,
      keep: fc.boolean(),
    }).map(({ name, data, keep }): Draw => ({ status }) =>
      status === "failed" ? RETRY : { kind: "event", name, data, keep }
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(), jsonValue).map(([pick, output]): Draw => ({ tasks }) => {
      const taskId = pickOne(tasks, pick) ?? "t1";
      const isGuard = Object.hasOwn(tasks, taskId) && tasks[taskId].isGuard;
      const verdict = pick % 7 === 0 ? output : pick % 2 === 0;
      return { kind: "taskCompleted", taskId, output: isGuard ? verdict : output, attempt: ATTEMPT };
    }),
  },
  {
    weight: 2,
    arbitrary: fc.nat().map((pick): Draw => ({ tasks }) => ({
      kind: "taskFailed",
      taskId: pickOne(tasks, pick) ?? "t2",
      failure: { code: "E1", message: "it broke" },
      attempt: ATTEMPT,
    })),
  },
  {
    weight: 3,
    arbitrary: fc.nat().map((pick): Draw => ({ timers }) => ({
      kind: "timerFired",
      timerId: pickOne(timers, pick) ?? "after-1-0",
    })),
  },
  {
    weight: 1,
    arbitrary: fc.nat(9).map((pick): Draw => () => pick === 0 ? { kind: "cancel", reason: "enough" } : RETRY),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<MachineInput>(
      { kind: "pause", reason: "look" },
      { kind: "pause", reason: "look" },
      { kind: "admit" },
      { kind: "undelivered", to: "other", name: "e0", message: "nobody is there" },
      { kind: "cancel", reason: "enough", compensate: true },
      { kind: "retry", waiting: true },
    ).map((input): Draw => ({ phase, status }) =>
      status === "running" && phase.kind === "waiting" ? { kind: "admit" } : input
    ),
  },
  { weight: 2, arbitrary: fc.constant<Draw>(({ paused }) => paused ? { kind: "resume" } : { kind: "admit" }) },
);

function pickOne(members: object, pick: number): string | undefined {
  const keys = Object.keys(members);
  return keys[pick % keys.length];
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
