/**
 * Building definitions in TypeScript. What is built goes through the same checks as YAML and JSON, and gives the same
 * canonical definition.
 *
 * Builders are immutable: each call gives a new one, so that parts can be shared. Where code stands, a function may: its
 * source is taken, see function_source.ts.
 */

import type { JsonObject, JsonValue } from "../json.ts";
import { DegovError } from "../errors.ts";
import type { CompensatedEnd, Definition, FinalKind } from "./definition.ts";
import { type TaskFunction, withFunctionSources } from "./function_source.ts";
import { definitionRefused, parseDefinition } from "./parse.ts";
import type {
  ActionSource,
  DurationSource,
  FailSource,
  GuardSource,
  LimitSource,
  MappingSource,
  MapSource,
  OneOrMany,
  SendSource,
  StartSource,
  StateSource,
  TaskSource,
  TransitionSource,
  WorkflowSource,
} from "./source.ts";

/**
 * A workflow from a plain object. Targets are checked by their types against the names of the states.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * const order = defineWorkflow({
 *   name: "order",
 *   initial: "check",
 *   states: {
 *     check: {
 *       enter: { task: "score", code: "input.amount * 2" },
 *       on: { complete: [{ target: "review", guard: "context.score > 10" }, "done"] },
 *     },
 *     review: { on: { approve: "done" }, after: { "2d": "done" } },
 *     done: { final: true },
 *   },
 * });
 * assert.equal(order.states.review.after?.[0].delayMs, 172_800_000);
 * ```
 *
 * @throws DegovError INVALID_ARGUMENT with every problem.
 */
export function defineWorkflow<const States extends string>(source: WorkflowSource<States>): Definition {
  return toDefinition(source);
}

/** @throws DegovError INVALID_ARGUMENT with every problem. */
export function toDefinition(source: unknown): Definition {
  const { value, problems } = withFunctionSources(source);
  const result = parseDefinition(value);
  if (!result.ok) throw definitionRefused([...problems, ...result.problems]);
  if (problems.length > 0) throw definitionRefused(problems);
  return result.definition;
}

/** The entry to building a workflow step by step: {@link StateMachine.builder}. */
export class StateMachine {
  /**
   * Begins a workflow.
   *
   * ```ts
   * import assert from "node:assert/strict";
   * const order = StateMachine.builder("order")
   *   .initial("check")
   *   .state(
   *     State.named("check")
   *       .enter(Action.task("score", { code: "input.amount * 2" }))
   *       .on("complete", Transition.to("review").when(Guard.cel("context.score > 10")), Transition.to("done")),
   *   )
   *   .state(
   *     State.named("review")
   *       .on("approve", Transition.to("done").do(Action.set("approved", true)))
   *       .after("2d", Transition.to("done")),
   *   )
   *   .state(State.named("done").final())
   *   .build();
   * assert.deepEqual(Object.keys(order.states), ["check", "review", "done"]);
   * ```
   */
  static builder(name: string): WorkflowBuilder<never, never> {
    return new WorkflowBuilder({ name, states: {} });
  }
}

/** A workflow in the making. `States` are the names of its states, `Targets` those that something leads to. */
export class WorkflowBuilder<States extends string, Targets extends string> {
  /** For the compiler only: what the types stand for. */
  declare readonly named: { states: States; targets: Targets };
  readonly #source: Partial<WorkflowSource> & { states: Record<string, StateSource> };

  constructor(source: Partial<WorkflowSource> & { states: Record<string, StateSource> }) {
    this.#source = source;
  }

  description(text: string): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, description: text });
  }

  /** The state that an instance starts in. */
  initial<const Name extends string>(state: Name): WorkflowBuilder<States, Targets | Name> {
    return new WorkflowBuilder({ ...this.#source, initial: state });
  }

  /** A JSON Schema (2020-12) that start inputs must satisfy. */
  inputSchema(schema: JsonObject): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, inputSchema: schema });
  }

  /** How long an instance may take in all. */
  timeout(duration: DurationSource): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, timeout: duration });
  }

  /** The result of an instance that completes, in CEL over `context` and `input`; its context if not given. */
  output(output: MappingSource): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, output });
  }

  /** Of its tasks in the queue, -100 to 100, higher first. */
  priority(priority: number): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, priority });
  }

  /** How many of its instances run at once; with a key, in CEL over `input`, how many of those with the same key. */
  limit(limit: LimitSource): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, limit });
  }

  /** Which ends run the undo actions; both if not given. */
  compensateOn(...ends: CompensatedEnd[]): WorkflowBuilder<States, Targets> {
    return new WorkflowBuilder({ ...this.#source, compensateOn: ends });
  }

  /** Adds transitions of every state, tried after its own. */
  on<More extends string>(
    event: string,
    ...transitions: TransitionLike<More>[]
  ): WorkflowBuilder<States, Targets | More> {
    const on = { ...this.#source.on };
    on[event] = [...listOf(on[event]), ...transitions.map(sourceOf)];
    return new WorkflowBuilder({ ...this.#source, on });
  }

  /** Adds a state. @throws DegovError INVALID_ARGUMENT when there is one of that name. */
  state<Name extends string, More extends string>(
    state: State<Name, More>,
  ): WorkflowBuilder<States | Name, Targets | More> {
    const { states } = this.#source;
    if (Object.hasOwn(states, state.name)) {
      throw new DegovError(
        "INVALID_ARGUMENT",
        `Cannot add state "${state.name}" to workflow "${this.#source.name}": it has one of that name`,
      );
    }
    return new WorkflowBuilder({ ...this.#source, states: { ...states, [state.name]: state.source } });
  }

  /**
   * The definition. Does not compile while a target is missing.
   *
   * @throws DegovError INVALID_ARGUMENT with every problem.
   */
  build(this: WorkflowBuilder<States, States>): Definition {
    return toDefinition(this.#source);
  }
}

/** A state in the making. `Targets` are the names of the states that it leads to. */
export class State<Name extends string, Targets extends string> {
  readonly name: Name;
  /** For the compiler only: what the type stands for. */
  declare readonly targets: Targets;
  /** The state as a plain object. */
  readonly source: StateSource;

  private constructor(name: Name, source: StateSource) {
    this.name = name;
    this.source = source;
  }

  static named<const Name extends string>(name: Name): State<Name, never> {
    return new State(name, {});
  }

  description(text: string): State<Name, Targets> {
    return this.#with({ description: text });
  }

  /** Adds to what is done on entering; tasks run in parallel. */
  enter(...actions: ActionSource[]): State<Name, Targets> {
    return this.#with({ enter: [...listOf(this.source.enter), ...actions] });
  }

  /** Adds to what is done on leaving. */
  exit(...actions: ActionSource[]): State<Name, Targets> {
    return this.#with({ exit: [...listOf(this.source.exit), ...actions] });
  }

  /**
   * Adds transitions for an event, tried in order. `complete` comes when the state's tasks are done, `error` when one
   * has failed for good.
   */
  on<More extends string>(event: string, ...transitions: TransitionLike<More>[]): State<Name, Targets | More> {
    const on = { ...this.source.on };
    on[event] = [...listOf(on[event]), ...transitions.map(sourceOf)];
    return this.#with({ on });
  }

  /** Adds transitions that are taken when the state has been active for a time. */
  after<More extends string>(
    delay: DurationSource,
    ...transitions: TransitionLike<More>[]
  ): State<Name, Targets | More> {
    const after = { ...this.source.after as Record<string, OneOrMany<TransitionSource>> };
    after[delay] = [...listOf(after[delay]), ...transitions.map(sourceOf)];
    return this.#with({ after });
  }

  /** Adds to what undoes the state, when the instance fails or is cancelled later. */
  compensate(...actions: ActionSource[]): State<Name, Targets> {
    return this.#with({ compensate: [...listOf(this.source.compensate), ...actions] });
  }

  /** Makes the state end the instance, once its tasks are done. */
  final(kind: FinalKind = "completed"): State<Name, Targets> {
    return this.#with({ final: kind });
  }

  #with<More extends string>(part: StateSource): State<Name, More> {
    return new State(this.name, { ...this.source, ...part });
  }
}

function listOf<T>(parts: T | readonly T[] | undefined): readonly T[] {
  if (parts === undefined) return [];
  return Array.isArray(parts) ? parts : [parts as T];
}

/** A transition, or the name of its target. */
export type TransitionLike<Target extends string> = Transition<Target> | Target;

function sourceOf(transition: TransitionLike<string>): TransitionSource {
  return typeof transition === "string" ? transition : transition.source;
}

/** A transition in the making. */
export class Transition<Target extends string> {
  /** For the compiler only: what the type stands for. */
  declare readonly target: Target;
  /** The transition as a plain object. */
  readonly source: Exclude<TransitionSource, string>;

  private constructor(source: Exclude<TransitionSource, string>) {
    this.source = source;
  }

  /** A transition to a state, itself included: that is left and entered again. */
  static to<const Target extends string>(target: Target): Transition<Target> {
    return new Transition({ target });
  }

  /** A transition that keeps the state: neither left nor entered, only its own actions run. */
  static stay(): Transition<never> {
    return new Transition({});
  }

  /** Taken only if the guard holds. */
  when(guard: Guard): Transition<Target> {
    return new Transition({ ...this.source, guard: guard.source });
  }

  /** For `error`: taken only for failures with one of these codes. */
  codes(...codes: string[]): Transition<Target> {
    return new Transition({ ...this.source, codes });
  }

  /** Adds to what is done on the way. */
  do(...actions: ActionSource[]): Transition<Target> {
    return new Transition({ ...this.source, actions: [...listOf(this.source.actions), ...actions] });
  }
}

/** A condition of a transition. */
export class Guard {
  readonly source: GuardSource;

  private constructor(source: GuardSource) {
    this.source = source;
  }

  /** A CEL expression over `context`, `input` and `event` that gives true or false; the engine evaluates it. */
  static cel(expression: string): Guard {
    return new Guard(expression);
  }

  /** A function of `{context, input, event}` that gives true or false; a worker evaluates it, as it does a task. */
  // deno-lint-ignore no-explicit-any -- JSON that the author knows the types of
  static fn(guard: (scope: { context: any; input: any; event: any }) => boolean | Promise<boolean>): Guard {
    return new Guard({ code: guard });
  }

  /** The same as source text. */
  static code(code: string, language: "javascript" | "typescript" = "javascript"): Guard {
    return new Guard({ code, language });
  }
}

/** What states and transitions do. */
export const Action = {
  /**
   * Runs code on a worker: a text, or a function whose source is taken. Its output goes into the context under the task's
   * name, or that of `output`.
   */
  task(name: string, task: TaskSource | TaskFunction): ActionSource {
    return typeof task === "function" ? { task: name, code: task } : { task: name, ...task };
  },

  /** Runs code for each item of a list. The outputs go into the context as a list. */
  map(name: string, map: MapSource): ActionSource {
    return { map: name, ...map };
  },

  /** Starts a child instance, and waits for its end unless told otherwise. */
  start(name: string, start: StartSource): ActionSource {
    return { start: name, ...start };
  },

  /** Sends an event to another instance. */
  send(send: SendSource): ActionSource {
    return { send };
  },

  /** Fails as a task would: with a code that transitions for `error` may take, else as the instance. */
  fail(code: FailSource["code"], message?: FailSource["message"]): ActionSource {
    return { fail: message === undefined ? { code } : { code, message } };
  },

  /** Writes a value into the context, as it is. */
  set(key: string, value: JsonValue): ActionSource {
    return { set: { key, value } };
  },

  /** Writes the value of a CEL expression into the context. */
  compute(key: string, expression: string): ActionSource {
    return { set: { key, expression } };
  },

  /** Writes each member of the object that a CEL expression gives into the context, under its own key. */
  merge(expression: string): ActionSource {
    return { set: { merge: expression } };
  },

  /** Writes a line into the history. */
  log(message: string): ActionSource {
    return { log: message };
  },

  /** Writes the value of a CEL expression into the history. */
  logValue(expression: string): ActionSource {
    return { log: { expression } };
  },
};
