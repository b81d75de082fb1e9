/** Definitions as TypeScript authors write them: the plain objects that parseDefinition() takes, with types. */

import type { JsonObject, JsonValue } from "../json.ts";
import type { FinalKind, Language } from "./definition.ts";

/** Text such as `250ms`, `5s`, `1h30m` or `1d`, or a number of milliseconds. */
export type DurationSource = string | number;

export type OneOrMany<T> = T | readonly T[];

/** A workflow. `States` are the names of its states, so that a target that is none is an error of types. */
export interface WorkflowSource<States extends string = string> {
  name: string;
  description?: string;
  initial: NoInfer<States>;
  /** JSON Schema (2020-12) that start inputs must satisfy. */
  inputSchema?: JsonObject;
  /** How long an instance may take in all. */
  timeout?: DurationSource;
  states: Record<States, StateSource<NoInfer<States>>>;
}

export interface StateSource<Targets extends string = string> {
  description?: string;
  /** What is done on entering. */
  enter?: OneOrMany<ActionSource>;
  /** What is done on leaving. */
  exit?: OneOrMany<ActionSource>;
  /** Transitions by event; `complete` and `error` come from the state's own tasks. */
  on?: Record<string, OneOrMany<TransitionSource<Targets>>>;
  /** Transitions by delay: `{"5s": "late"}`. */
  after?: Record<string, OneOrMany<TransitionSource<Targets>>>;
  /** Ends the instance; true means completed. */
  final?: true | FinalKind;
}

/** The name of the target, or more. */
export type TransitionSource<Targets extends string = string> = Targets | {
  /** Without it the state is kept, and only the actions run. */
  target?: Targets;
  /** CEL over `context`, `input` and `event`. */
  guard?: string;
  actions?: OneOrMany<ActionSource>;
};

export type ActionSource = ({ task: string } & TaskSource) | { set: SetSource } | {
  log: string | { expression: string };
};

/** What a task runs, and how. */
export interface TaskSource {
  /** Default `javascript`. */
  language?: Language;
  /** The source text; for wasm the module's bytes in base64. */
  code: string;
  /** What the code receives as `input`: one CEL expression, or one for each key. Default: the whole context. */
  input?: string | Record<string, string | number | boolean | null>;
  /** The key of the context that takes the output. Default: the task's name. */
  output?: string;
  /** The time that one attempt may take. Default 30 s. */
  timeout?: DurationSource;
  /** How failed attempts are repeated: a policy, a number of attempts, or false. */
  retry?: RetrySource | number | false;
}

export interface RetrySource {
  /** Attempts in all, the first included. Default 3. */
  maxAttempts?: number;
  /** Default 1 s. */
  initialDelay?: DurationSource;
  /** Default 2. */
  multiplier?: number;
  /** Default 1 min. */
  maxDelay?: DurationSource;
  /** Share of each delay that is drawn at random, 0 to 1. Default 0.1. */
  jitter?: number;
  /** Codes of failures that are not tried again. */
  nonRetryable?: readonly string[];
}

/** Keys of the context and their values; `{expression: "..."}` is computed. Or the long form, for one key. */
export type SetSource =
  | { [key: string]: JsonValue | { expression: string } }
  | { key: string; value: JsonValue }
  | { key: string; expression: string };
