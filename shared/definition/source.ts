/** Definitions as TypeScript authors write them: the plain objects that parseDefinition() takes, with types. */

import type { JsonObject, JsonValue } from "../json.ts";
import type { CompensatedEnd, FinalKind, Language } from "./definition.ts";
import type { TaskFunction } from "./function_source.ts";

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
  /** The same in milliseconds. */
  timeoutMs?: number;
  states: Record<States, StateSource<NoInfer<States>>>;
  /** Transitions of every state, tried after its own. Not for `complete`. */
  on?: Record<string, OneOrMany<TransitionSource<NoInfer<States>>>>;
  /** The result of an instance that completes: CEL over `context` and `input`. Default: its context. */
  output?: MappingSource;
  /** Which ends run the undo actions. Default: both; `false` means neither. */
  compensateOn?: readonly CompensatedEnd[] | false;
  /** Of its tasks, -100 to 100, higher first. Default 0. */
  priority?: number;
  /** How many of its instances run at once. The key is CEL over `input`. */
  limit?: LimitSource;
}

/** One CEL expression, or one for each key. */
export type MappingSource = string | Record<string, string | number | boolean | null>;

/** A number, or a number for each text that the CEL expression `key` gives. */
export type LimitSource = number | { key?: string; max: number };

export interface StateSource<Targets extends string = string> {
  description?: string;
  /** What is done on entering. */
  enter?: OneOrMany<ActionSource>;
  /** What is done on leaving. */
  exit?: OneOrMany<ActionSource>;
  /** Transitions by event; `complete` and `error` come from the state's own tasks. */
  on?: Record<string, OneOrMany<TransitionSource<Targets>>>;
  /** Transitions by delay: `{"5s": "late"}`, or a list of transitions that have a `delay`. */
  after?:
    | Record<string, OneOrMany<TransitionSource<Targets>>>
    | readonly (Exclude<TransitionSource<Targets>, string> & ({ delay: DurationSource } | { delayMs: number }))[];
  /** Ends the instance; true means completed. */
  final?: true | FinalKind;
  /** What undoes the state, when the instance fails or is cancelled later. */
  compensate?: OneOrMany<ActionSource>;
}

/** The name of the target, or more. */
export type TransitionSource<Targets extends string = string> = Targets | {
  /** Without it the state is kept, and only the actions run. */
  target?: Targets;
  /** CEL over `context`, `input` and `event`; or a function of the three that a worker evaluates. */
  guard?: GuardSource;
  actions?: OneOrMany<ActionSource>;
  /** For `error`: the failure codes that it takes. Default: all. */
  codes?: OneOrMany<string>;
};

export type GuardSource =
  | string
  | { code: string | TaskFunction; language?: Exclude<Language, "wasm"> }
  | TaskFunction;

/** The short form has the name in the place of the kind, the long one within. */
export type ActionSource =
  | ({ task: string } & TaskSource)
  | { task: { name: string } & TaskSource }
  | { map: { name: string } & MapSource }
  | { start: { name: string } & StartSource }
  | { set: SetSource }
  | { log: string | { message: string } | { expression: string } }
  | ({ map: string } & MapSource)
  | ({ start: string } & StartSource)
  | { send: SendSource }
  | { fail: string | FailSource };

/** A failure; `{expression: "..."}` is computed. */
export interface FailSource {
  code: string | { expression: string };
  message?: string | { expression: string };
}

/** What a task runs, and how. */
export interface TaskSource extends RunSource {
  /** What the code receives as `input`: one CEL expression, or one for each key. Default: the whole context. */
  input?: MappingSource;
  /** The key of the context that takes the output. Default: the task's name. */
  output?: string;
  /** Writes each member of an output that is an object under its own key instead. */
  merge?: boolean;
}

/** One task for each item of a list. */
export interface MapSource {
  /** CEL that gives the list. */
  items: string;
  /** How many of the tasks are unfinished at once. Default: all. */
  concurrency?: number;
  /** Either this or `start`. Its input's expressions see `item` and `index` too; without an input it gets the item. */
  task?: RunSource;
  /** A child for each item. Its input's expressions see the same; without an input it gets `{item, index}`. */
  start?: ChildSource;
  /** The key of the context that takes the list of outputs. Default: the map's name. */
  output?: string;
}

/** What a child is an instance of: of a `workflow`, or, with a `state`, a part of the instance that starts it. */
export interface ChildSource {
  workflow?: string;
  /** Default: the newest. */
  version?: number;
  /** A state of this workflow, in which the part begins. */
  state?: string;
  /** Default: an empty object. */
  input?: MappingSource;
}

/** A child instance. */
export interface StartSource extends ChildSource {
  /** CEL that gives the child's id. Default: made from the parent's. */
  id?: string;
  /** The key of the context that takes the child's result. Default: the child's name. */
  output?: string;
  /** Whether the state waits for the child's end. Default true. */
  wait?: boolean;
}

/** An event to another instance. */
export interface SendSource {
  /** CEL that gives the instance's id; or, with `child`, an unfinished child that the state has started, by its name. */
  to?: string;
  child?: string;
  event: string;
  data?: MappingSource;
  /** Whether it is kept until a state takes it. Default true. */
  keep?: boolean;
}

/** Code, and how it is run. */
export interface RunSource {
  /** Default `javascript`. */
  language?: Language;
  /** The source text, or a function whose source is taken; for wasm the module's bytes in base64. */
  code: string | TaskFunction;
  /** What the code receives as `input`: one CEL expression, or one for each key. */
  input?: MappingSource;
  /** In the queue, -100 to 100, higher first. Default: the workflow's. */
  priority?: number;
  /** The time before the first attempt. */
  delay?: DurationSource;
  /** The same in milliseconds. */
  delayMs?: number;
  /** How many attempts run at once, over all workers. The key is CEL over `context`, `input` and `event`. */
  limit?: LimitSource;
  /** The time that one attempt may take. Default 30 s. */
  timeout?: DurationSource;
  /** The same in milliseconds. */
  timeoutMs?: number;
  /** How failed attempts are repeated: a policy, a number of attempts, or false. */
  retry?: RetrySource | number | false;
}

export interface RetrySource {
  /** Attempts in all, the first included. Default 3. */
  maxAttempts?: number;
  /** Default 1 s. */
  initialDelay?: DurationSource;
  /** The same in milliseconds. */
  initialDelayMs?: number;
  /** Default 2. */
  multiplier?: number;
  /** Default 1 min. */
  maxDelay?: DurationSource;
  /** The same in milliseconds. */
  maxDelayMs?: number;
  /** Share of each delay that is drawn at random, 0 to 1. Default 0.1. */
  jitter?: number;
  /** Codes of failures that are not tried again. */
  nonRetryable?: readonly string[];
}

/**
 * Keys of the context and their values; `{expression: "..."}` is computed. Or the long form, for one key. Or `merge`: CEL
 * that gives an object, whose members are written each under its own key.
 */
export type SetSource =
  | { [key: string]: JsonValue | { expression: string } }
  | { key: string; value: JsonValue }
  | { key: string; expression: string };
