/** Random definitions for property tests. Every one is canonical and accepted by parseDefinition(). */

import fc from "fast-check";
import type { JsonObject, JsonValue } from "../json.ts";
import type {
  ActionDefinition,
  Definition,
  DelayedTransitionDefinition,
  StateDefinition,
  TaskDefinition,
  TransitionDefinition,
} from "./definition.ts";
import { problemOfName } from "./scalar_shape.ts";

const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}$/).filter((text) => problemOfName(text) === undefined);

/** Texts that are hard to write down: control characters, line ends, what looks like something else in YAML. */
const hardText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 20, unit: "binary" }),
  fc.constantFrom(
    "yes",
    "null",
    "~",
    "1e3",
    "0x1F",
    "- a",
    "a: b",
    "# a",
    " a ",
    "\ta",
    "a\n",
    "\n\na\n",
    "a\r\nb",
    "<<",
    "|",
    ">-",
    "'",
    '"',
    "%",
    "@",
  ),
);

const json: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

const code = fc.constantFrom(
  "input",
  "input.amount * 2",
  "const a = 1;\nreturn a;\n",
  "\n\n  input // spaces before, tab\tand umlaut ä\n\n",
  "`${input.name}: \\n`",
  "if (input.a) {\r\n  return 'b';\r\n}\r\nreturn null;",
  'await Promise.resolve("x")',
);

const expression = fc.constantFrom(
  "context.amount",
  "context.amount * 2 + 1",
  '{"a": [1, "b"]}',
  "has(context.a) &&\n  context.a == 'x' // why",
  "size(context.items) > 0",
);

const guard = fc.constantFrom(
  "context.amount > 10",
  "event.data.ok == true",
  "context.items.exists(item, item.price > 3)",
  "context.name.matches('^[a-z]+$')",
);

/** What a record has of keys, each there or not. */
function sometimes<T extends object>(keys: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(keys, { requiredKeys: [] }) as unknown as fc.Arbitrary<Partial<T>>;
}

const task: fc.Arbitrary<TaskDefinition> = fc.record({ name, code }).chain((needed) =>
  sometimes<TaskDefinition>(
    {
      language: fc.constant("typescript"),
      input: fc.oneof(expression, fc.dictionary(hardText, expression, { maxKeys: 3, noNullPrototype: true })),
      output: name.filter((output) => output !== needed.name),
      timeoutMs: fc.integer({ min: 1, max: 29_999 }),
      retry: sometimes({
        maxAttempts: fc.integer({ min: 4, max: 1_000 }),
        initialDelayMs: fc.integer({ min: 0, max: 999 }),
        multiplier: fc.constantFrom(1, 1.5, 3),
        maxDelayMs: fc.integer({ min: 60_001, max: 600_000 }),
        jitter: fc.constantFrom(0, 0.25, 1),
        nonRetryable: fc.array(hardText, { minLength: 1, maxLength: 2 }),
      }).filter((retry) => Object.keys(retry).length > 0),
    } as Parameters<typeof sometimes<TaskDefinition>>[0],
  ).map((more) => ({ ...needed, ...more }))
).filter(({ input }) => !Object.keys(input ?? {}).includes("__proto__"));

const action: fc.Arbitrary<ActionDefinition> = fc.oneof(
  task.map((task) => ({ task })),
  fc.record({ key: name, value: json }).map((set) => ({ set })),
  fc.record({ key: name, expression }).map((set) => ({ set })),
  hardText.map((message) => ({ log: { message } })),
  expression.map((expression) => ({ log: { expression } })),
);

const actions = fc.array(action, { maxLength: 3 });

interface StateSeed {
  name: string;
  parent: number;
  trigger: "event" | "complete" | "after";
  event: string;
  delayMs: number;
  guard: string | undefined;
  through: ActionDefinition[];
  enter: ActionDefinition[];
  exit: ActionDefinition[];
  description: string | undefined;
  final: "completed" | "failed" | undefined;
  handlesError: boolean;
}

const stateSeed: fc.Arbitrary<StateSeed> = fc.record({
  name,
  parent: fc.nat(),
  trigger: fc.constantFrom("event", "complete", "after"),
  event: name,
  delayMs: fc.integer({ min: 1, max: 366 * 86_400_000 }),
  guard: fc.option(guard, { nil: undefined }),
  through: actions,
  enter: actions,
  exit: actions,
  description: fc.option(hardText, { nil: undefined }),
  final: fc.constantFrom(undefined, "completed", "failed"),
  handlesError: fc.boolean(),
});

const inputSchema: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constant("object"),
  required: fc.array(hardText, { maxLength: 2 }),
  properties: fc.dictionary(
    hardText.filter((key) => key !== "__proto__"),
    fc.constantFrom<JsonObject>({ type: "string", minLength: 1 }, { enum: [1, "a", null] }, {}),
    {
      maxKeys: 2,
      noNullPrototype: true,
    },
  ),
});

/** Definitions of up to seven states. Each state but the first is led to by one before it. */
export const arbitraryDefinition: fc.Arbitrary<Definition> = fc.record({
  name,
  seeds: fc.uniqueArray(stateSeed, { minLength: 1, maxLength: 7, selector: (seed) => seed.name }),
  more: sometimes<Definition>(
    {
      description: hardText,
      timeoutMs: fc.integer({ min: 1, max: 366 * 86_400_000 }),
      inputSchema,
    } as Parameters<typeof sometimes<Definition>>[0],
  ),
}).map(({ name, seeds, more }) => {
  const definition: Definition = { name, ...more, initial: seeds[0].name, states: assemble(seeds) };
  // A copy without shared parts and without the prototypes of the generator's objects.
  return JSON.parse(JSON.stringify(definition)) as Definition;
});

function assemble(seeds: StateSeed[]): Record<string, StateDefinition> {
  const states = seeds.map((seed) => ({ seed, state: toState(seed) }));
  for (const { seed } of states.slice(1)) {
    const parents = states.slice(0, states.findIndex((other) => other.seed === seed));
    addWay(parents[seed.parent % parents.length].state, seed);
  }
  for (const { seed, state } of states) finish(seed, state);
  return Object.fromEntries(states.map(({ seed, state }) => [seed.name, state]));
}

function toState(seed: StateSeed): StateDefinition {
  return {
    ...(seed.description !== undefined && { description: seed.description }),
    ...(seed.enter.length > 0 && { enter: withOwnTasks(seed.enter, "enter") }),
  };
}

function addWay(from: StateDefinition, seed: StateSeed): void {
  const transition: TransitionDefinition = { target: seed.name };
  if (seed.guard !== undefined) transition.guard = seed.guard;
  if (seed.through.length > 0) transition.actions = withOwnTasks(seed.through, "through");
  if (seed.trigger === "after") {
    if (from.after?.some((other) => other.delayMs === seed.delayMs && other.guard === undefined)) return addEvent();
    const delayed: DelayedTransitionDefinition = { delayMs: seed.delayMs, ...transition };
    from.after = [...(from.after ?? []), delayed].sort((one, other) => one.delayMs - other.delayMs);
  } else addEvent();

  function addEvent(): void {
    let event = seed.trigger === "complete" ? "complete" : seed.event;
    // What follows a transition without a guard is never reached.
    while (from.on?.[event]?.some((other) => other.guard === undefined)) event = `${event}_`;
    if (event === "error") event = "error_";
    from.on = { ...from.on, [event]: [...(from.on?.[event] ?? []), transition] };
  }
}

function finish(seed: StateSeed, state: StateDefinition): void {
  const hasWayOut = state.on !== undefined || state.after !== undefined;
  if (!hasWayOut) {
    if (seed.final !== undefined) state.final = seed.final;
    return;
  }
  if (seed.exit.length > 0) state.exit = withOwnTasks(seed.exit, "exit");
  const hasTask = state.enter?.some((action) => "task" in action);
  if (seed.handlesError && hasTask) state.on = { ...state.on, error: [{ target: seed.name }] };
}

/** The actions, with names and outputs of tasks made unique by list and place. */
function withOwnTasks(list: ActionDefinition[], prefix: string): ActionDefinition[] {
  return list.map((action, index) => {
    if (!("task" in action)) return action;
    const { output, ...task } = action.task;
    const own = { ...task, name: `${prefix}${index}_${task.name}` };
    return { task: output === undefined ? own : { ...own, output: `out${index}_${output}` } };
  });
}
