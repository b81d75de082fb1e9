/** Building steps workflows in TypeScript. What is built goes through the same checks as YAML and JSON. */

import type { JsonObject, JsonValue } from "../../json.ts";
import { toDefinition } from "../builder.ts";
import type { Definition } from "../definition.ts";
import type { TaskFunction } from "../function_source.ts";
import type { DurationSource, FailSource, LimitSource, MappingSource, RunSource, SendSource } from "../source.ts";
import type {
  ActSource,
  BranchSource,
  EachSource,
  StepSource,
  StepsSource,
  StepTypeSource,
  WorkflowStepSource,
} from "./source.ts";

/**
 * A steps workflow from a plain object.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * const workflow = defineSteps({
 *   id: "my-workflow",
 *   name: "My Workflow",
 *   steps: [{ id: "step1", name: "Calculate", type: { script: { code: "return { result: 42 };" } } }],
 * });
 * assert.deepEqual(Object.keys(workflow.states), ["step1", "end"]);
 * ```
 *
 * @throws DegovError INVALID_ARGUMENT with every problem.
 */
export function defineSteps(source: StepsSource): Definition {
  return toDefinition(source);
}

/** What a step has beside its id and what it does. */
export type StepOptions = Omit<StepSource, "id" | "type">;

/**
 * A steps workflow step by step. Immutable: each call gives a new one.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * const workflow = StepsBuilder.workflow("greeting")
 *   .script("greet", ({ name }) => ({ text: `Hello ${name}` }))
 *   .log("say", { expression: "context.text" }, { if: "context.text != ''" })
 *   .build();
 * assert.deepEqual(Object.keys(workflow.states), ["greet", "say.if", "say", "end"]);
 * ```
 */
export class StepsBuilder {
  readonly #source: StepsSource;

  private constructor(source: StepsSource) {
    this.#source = source;
  }

  static workflow(id: string): StepsBuilder {
    return new StepsBuilder({ id, steps: [] });
  }

  /** For people. */
  named(name: string): StepsBuilder {
    return new StepsBuilder({ ...this.#source, name });
  }

  /** A JSON Schema (2020-12) that start inputs must satisfy. */
  inputSchema(schema: JsonObject): StepsBuilder {
    return new StepsBuilder({ ...this.#source, inputSchema: schema });
  }

  /** How long an instance may take in all. */
  timeout(duration: DurationSource): StepsBuilder {
    return new StepsBuilder({ ...this.#source, timeout: duration });
  }

  /** The result of an instance that completes, in CEL over `context` and `input`; its variables if not given. */
  output(output: MappingSource): StepsBuilder {
    return new StepsBuilder({ ...this.#source, output });
  }

  /** How many of its instances run at once. */
  limit(limit: LimitSource): StepsBuilder {
    return new StepsBuilder({ ...this.#source, limit });
  }

  /** Adds a step as a plain object. */
  step(step: StepSource): StepsBuilder {
    return new StepsBuilder({ ...this.#source, steps: [...this.#source.steps, step] });
  }

  /** Runs code, or a function whose source is taken; members of what it returns become variables. */
  script(id: string, script: string | RunSource | TaskFunction, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { script: typeof script === "function" ? { code: script } : script }, options);
  }

  /** Sets variables; `{expression: "..."}` is computed. */
  set(
    id: string,
    values: { [key: string]: JsonValue | { expression: string } },
    options: StepOptions = {},
  ): StepsBuilder {
    return this.#add(id, { set: values }, options);
  }

  /** Writes a line into the history. */
  log(id: string, message: string | { expression: string }, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { log: message }, options);
  }

  /** Sends an event to another instance. */
  send(id: string, send: SendSource, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { send }, options);
  }

  /** Fails with a code, which a catch may take. */
  fail(id: string, fail: string | FailSource, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { fail }, options);
  }

  /** Waits for a client's action. */
  act(id: string, act: ActSource = {}, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { act }, options);
  }

  /** Runs another workflow. */
  workflow(id: string, workflow: string | WorkflowStepSource, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { workflow }, options);
  }

  /** Does something for each item of a list. */
  each(id: string, each: EachSource, options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { each }, options);
  }

  /** Goes every way whose condition holds. */
  branches(id: string, branches: readonly BranchSource[], options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { branches }, options);
  }

  /** Goes every way whose condition holds, all at the same time. */
  parallel(id: string, branches: readonly BranchSource[], options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { parallel: branches }, options);
  }

  /** Goes the first way whose condition holds. */
  choose(id: string, branches: readonly BranchSource[], options: StepOptions = {}): StepsBuilder {
    return this.#add(id, { choose: branches }, options);
  }

  /** @throws DegovError INVALID_ARGUMENT with every problem. */
  build(): Definition {
    return toDefinition(this.#source);
  }

  #add(id: string, type: StepTypeSource, options: StepOptions): StepsBuilder {
    return this.step({ id, ...options, type });
  }
}
