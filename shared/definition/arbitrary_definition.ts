/** Random definitions for property tests. Every one is canonical and accepted by parseDefinition(). */

import fc from "npm:fast-check@4.10.2";
import type { JsonObject, JsonValue } from "../json.ts";
import type {
  ActionDefinition,
  ChildDefinition,
  Definition,
  DelayedTransitionDefinition,
  GuardDefinition,
  LimitDefinition,
  MapDefinition,
  Mapping,
  RunDefinition,
  SendDefinition,
  StartDefinition,
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

const celGuard = fc.constantFrom(
  "context.amount > 10",
  "event.data.ok == true",
  "context.items.exists(item, item.price > 3)",
  "context.name.matches('^[a-z]+$')",
);

const functionGuard = fc.constantFrom<GuardDefinition>(
  { code: "input.context.amount > 10" },
  { code: "export default ({ event }: { event: { data: unknown } }) => event.data === 1;", language: "typescript" },
);

const guard: fc.Arbitrary<GuardDefinition> = fc.oneof({ weight: 4, arbitrary: celGuard }, functionGuard);

const priority = fc.integer({ min: -100, max: 100 });
const delayMs = fc.integer({ min: 1, max: 366 * 86_400_000 });

/** What a record has of keys, each there or not. */
function sometimes<T extends object>(keys: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(keys, { requiredKeys: [] }) as unknown as fc.Arbitrary<Partial<T>>;
}

/** One expression, or one for each key. */
function mapping(values: fc.Arbitrary<string>): fc.Arbitrary<Mapping> {
  const keys = hardText.filter((key) => key !== "__proto__");
  return fc.oneof(values, fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }));
}

function limit(keys: fc.Arbitrary<string>): fc.Arbitrary<LimitDefinition> {
  const max = fc.integer({ min: 1, max: 1_000_000 });
  return fc.oneof(fc.record({ max }), fc.record({ key: keys, max }));
}

/** How code is run; `values` are the expressions that its input may have. */
function run(values: fc.Arbitrary<string>): fc.Arbitrary<RunDefinition> {
  return fc.record({ code }).chain((needed) =>
    sometimes<RunDefinition>(
      {
        language: fc.constant("typescript"),
        input: mapping(values),
        timeoutMs: fc.integer({ min: 1, max: 29_999 }),
        retry: sometimes({
          maxAttempts: fc.integer({ min: 4, max: 1_000 }),
          initialDelayMs: fc.integer({ min: 0, max: 999 }),
          multiplier: fc.constantFrom(1, 1.5, 3),
          maxDelayMs: fc.integer({ min: 60_001, max: 600_000 }),
          jitter: fc.constantFrom(0, 0.25, 1),
          nonRetryable: fc.array(hardText, { minLength: 1, maxLength: 2 }),
        }).filter((retry) => Object.keys(retry).length > 0),
        priority,
        delayMs,
        limit: limit(values.filter((text) => text.startsWith("context.a"))),
      } as Parameters<typeof sometimes<RunDefinition>>[0],
    ).map((more) => ({ ...needed, ...more }))
  );
}

/** A key of the context for the output, other than the name, which is the default. */
function named<T extends { name: string; output?: string }>(part: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return part.filter(({ name, output }) => name !== output);
}

const task: fc.Arbitrary<TaskDefinition> = named(
  fc.tuple(
    fc.record({ name }),
    run(expression),
    sometimes<TaskDefinition>(
      { output: name, merge: fc.constant(true) } as Parameters<typeof sometimes<TaskDefinition>>[0],
    ),
  ).map((parts): TaskDefinition => Object.assign({}, ...parts)),
);

const itemExpression = fc.oneof(expression, fc.constantFrom("item", "item.price * context.amount", "[index, item]"));

/** Of another workflow: where there is a state to begin in, only the whole knows. */
function child(expression: fc.Arbitrary<string>): fc.Arbitrary<ChildDefinition> {
  return fc.record({ workflow: name, version: fc.integer({ min: 1, max: 1_000 }), input: mapping(expression) }, {
    requiredKeys: ["workflow"],
    noNullPrototype: true,
  });
}

const map: fc.Arbitrary<MapDefinition> = named(
  fc.tuple(
    fc.record({
      name,
      items: fc.constantFrom("context.items", "[1, 2, 3]", "input.list.filter(item, item > 1)"),
    }),
    fc.oneof(run(itemExpression).map((task) => ({ task })), child(itemExpression).map((start) => ({ start }))),
    sometimes<MapDefinition>(
      { concurrency: fc.integer({ min: 1, max: 1_000 }), output: name } as Parameters<
        typeof sometimes<MapDefinition>
      >[0],
    ),
  ).map((parts): MapDefinition => Object.assign({}, ...parts)),
);

const start: fc.Arbitrary<StartDefinition> = named(
  fc.tuple(
    fc.record({ name, workflow: name }),
    sometimes<StartDefinition>(
      {
        version: fc.integer({ min: 1, max: 1_000 }),
        id: fc.constantFrom("context.id", "'a' + 'b'"),
        input: mapping(expression),
        output: name,
        wait: fc.constant(false),
      } as Parameters<typeof sometimes<StartDefinition>>[0],
    ),
  ).map((parts): StartDefinition => Object.assign({}, ...parts)),
);

const send: fc.Arbitrary<SendDefinition> = fc.tuple(
  fc.record({ to: fc.constantFrom("context.id", "'i-' + context.a"), event: name }),
  sometimes<SendDefinition>(
    { data: mapping(expression), keep: fc.constant(false) } as Parameters<typeof sometimes<SendDefinition>>[0],
  ),
).map((parts): SendDefinition => Object.assign({}, ...parts));

const action: fc.Arbitrary<ActionDefinition> = fc.oneof(
  task.map((task) => ({ task })),
  map.map((map) => ({ map })),
  start.map((start) => ({ start })),
  send.map((send) => ({ send })),
  fc.record({ key: name, value: json }).map((set) => ({ set })),
  fc.record({ key: name, expression }).map((set) => ({ set })),
  fc.constantFrom("event.data", '{"a": context.b}').map((merge) => ({ set: { merge } })),
  hardText.map((message) => ({ log: { message } })),
  expression.map((expression) => ({ log: { expression } })),
);

const text = fc.oneof(hardText, expression.map((expression) => ({ expression })));

const fail: fc.Arbitrary<ActionDefinition> = fc.record(
  { code: text, message: text },
  { requiredKeys: ["code"], noNullPrototype: true },
).map((fail) => ({ fail }));

/** What fails comes last, as nothing after it is ever run. */
const actions = fc.tuple(fc.array(action, { maxLength: 3 }), fc.option(fail, { nil: undefined })).map(
  ([actions, last]) => last === undefined ? actions : [...actions, last],
);

interface StateSeed {
  name: string;
  parent: number;
  trigger: "event" | "complete" | "after";
  event: string;
  delayMs: number;
  guard: GuardDefinition | undefined;
  through: ActionDefinition[];
  enter: ActionDefinition[];
  exit: ActionDefinition[];
  description: string | undefined;
  final: "completed" | "failed" | undefined;
  handlesError: boolean;
  codes: string[];
  undo: ActionDefinition[];
}

const stateSeed: fc.Arbitrary<StateSeed> = fc.record({
  name,
  parent: fc.nat(),
  trigger: fc.constantFrom("event", "complete", "after"),
  event: name,
  delayMs,
  guard: fc.option(guard, { nil: undefined }),
  through: actions,
  enter: actions,
  exit: actions,
  description: fc.option(hardText, { nil: undefined }),
  final: fc.constantFrom(undefined, "completed", "failed"),
  handlesError: fc.boolean(),
  codes: fc.uniqueArray(hardText, { maxLength: 2 }).map((codes) => codes.sort()),
  undo: actions,
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
      output: mapping(fc.constantFrom("context.total", "{'a': input.a, 'b': [context]}")),
      compensateOn: fc.constantFrom<Definition["compensateOn"]>([], ["failed"], ["cancelled"]),
      priority: priority.filter((priority) => priority !== 0),
      limit: limit(fc.constantFrom("input.customer", "'all'")),
      source: fc.record({
        format: fc.constant("steps"),
        document: fc.dictionary(hardText.filter((key) => key !== "__proto__"), json, {
          maxKeys: 2,
          noNullPrototype: true,
        }),
      }),
    } as Parameters<typeof sometimes<Definition>>[0],
  ),
  everywhere: fc.option(fc.record({ event: name, guard: fc.option(guard, { nil: undefined }), through: actions }), {
    nil: undefined,
  }),
}).map(({ name, seeds, more, everywhere }) => {
  const definition: Definition = { name, ...more, initial: seeds[0].name, states: assemble(seeds) };
  if (everywhere !== undefined) definition.on = onEverywhere(everywhere, seeds);
  // A copy without shared parts and without the prototypes of the generator's objects.
  return JSON.parse(JSON.stringify(definition)) as Definition;
});

/** Transitions of every state: of an event, to the first state, and of a failure. */
function onEverywhere(
  { event, guard, through }: { event: string; guard: GuardDefinition | undefined; through: ActionDefinition[] },
  [first]: StateSeed[],
): Definition["on"] {
  const transition: TransitionDefinition = { target: first.name };
  if (guard !== undefined) transition.guard = guard;
  if (through.length > 0) transition.actions = withOwnTasks(through, "everywhere");
  const failed: TransitionDefinition = first.codes.length > 0 ? { ...transition, codes: first.codes } : transition;
  return { [event === "complete" || event === "error" ? `${event}_` : event]: [transition], error: [failed] };
}

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
  if (seed.undo.length > 0) state.compensate = withOwnTasks(seed.undo, "undo");
  const hasTask = state.enter?.some((action) => "task" in action || "map" in action);
  if (!seed.handlesError || !hasTask) return;
  const all: TransitionDefinition = { target: seed.name };
  state.on = { ...state.on, error: seed.codes.length > 0 ? [{ ...all, codes: seed.codes }, all] : [all] };
}

/** The actions, with names and outputs made unique by list and place. */
function withOwnTasks(list: ActionDefinition[], prefix: string): ActionDefinition[] {
  const own = <T extends { name: string; output?: string }>({ output, ...part }: T, index: number): T => {
    const named = { ...part, name: `${prefix}${index}_${part.name}` } as unknown as T;
    return output === undefined ? named : { ...named, output: `out${index}_${output}` };
  };
  return list.map((action, index) => {
    if ("task" in action) return { task: own(action.task, index) };
    if ("map" in action) return { map: own(action.map, index) };
    if ("start" in action) return { start: own(action.start, index) };
    return action;
  });
}
