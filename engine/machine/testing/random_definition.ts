/** Definitions and inputs drawn at random, for properties that hold of all of them. */

import * as fc from "fast-check";
import type {
  ActionDefinition,
  Definition,
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

const actions = fc.option(fc.array(action, { maxLength: 3 }), { nil: undefined, freq: 2 });

function transition(states: readonly string[]): fc.Arbitrary<TransitionDefinition> {
  return fc.record({
    target: fc.option(fc.constantFrom(...states), { nil: undefined, freq: 3 }),
    guard: fc.option(guard, { nil: undefined }),
    actions,
  }, { noNullPrototype: true }).map(dropUndefined);
}

function state(states: readonly string[]): fc.Arbitrary<StateDefinition> {
  const transitions = fc.array(transition(states), { minLength: 1, maxLength: 3 });
  return fc.record({
    enter: actions,
    exit: actions,
    on: fc.option(
      fc.dictionary(fc.constantFrom(...EVENTS, ...EVENTS, "complete", "error"), transitions, {
        maxKeys: 4,
        noNullPrototype: true,
      }),
      { nil: undefined, freq: 4 },
    ),
    after: fc.option(
      fc.array(
        fc.tuple(fc.nat(50), transition(states)).map(([delayMs, rest]) => ({ delayMs, ...rest })),
        { maxLength: 2 },
      ),
      { nil: undefined, freq: 2 },
    ),
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
    arbitrary: fc.tuple(fc.nat(), jsonValue).map(([pick, output]): Draw => ({ tasks }) => ({
      kind: "taskCompleted",
      taskId: pickOne(tasks, pick) ?? "t1",
      output,
      attempt: ATTEMPT,
    })),
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
);

function pickOne(members: object, pick: number): string | undefined {
  const keys = Object.keys(members);
  return keys[pick % keys.length];
}

function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
