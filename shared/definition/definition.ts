/**
 * The canonical definition of a workflow: what every format is turned into, what is stored, and what the machine reads.
 *
 * Canonical means: every shorthand expanded, every duration in milliseconds, nothing present that equals its default.
 * The same content therefore has the same canonical JSON, and that decides the version.
 */

import type { JsonObject, JsonValue } from "../json.ts";
import type { RetryPolicy } from "../retry.ts";

/** A workflow: a state machine. */
export interface Definition {
  /** Letters, digits, `_`, `-`, `.`; at most NAME_CHARS_MAX. */
  name: string;
  description?: string;
  /** Name of the state that an instance starts in. */
  initial: string;
  /** JSON Schema (2020-12) that a start input must satisfy. */
  inputSchema?: JsonObject;
  /** How long an instance may take in all before it fails with TIMED_OUT. */
  timeoutMs?: number;
  /** By name; the order has no meaning. */
  states: Record<string, StateDefinition>;
  /**
   * Transitions of every state, tried after the state's own for the same event. `complete` is not allowed here, since
   * it belongs to one state; `error` is.
   */
  on?: Record<string, TransitionDefinition[]>;
  /**
   * The instance's result when it completes: one CEL expression over `context` and `input`, or one for each key.
   * Absent: the context.
   */
  output?: Mapping;
  /** Which ends run the undo actions of the states that were completed. Default: both; `[]` means neither. */
  compensateOn?: CompensatedEnd[];
  /** Of the instance's tasks in the queue, -100 to 100, higher first. Default 0. */
  priority?: number;
  /** How many instances of this workflow run at once; the others wait in the order of their starts. */
  limit?: LimitDefinition;
  /** The text that this definition was made from, where that was not this form: for people to look at, never read. */
  source?: SourceDefinition;
}

/** The steps that a definition was compiled from. */
export interface SourceDefinition {
  format: "steps";
  document: JsonObject;
}

/** An end that undo actions may precede. */
export type CompensatedEnd = "failed" | "cancelled";

/** A bound on how many of something go on at once. */
export interface LimitDefinition {
  /**
   * A CEL expression whose value is a text; each text has its own bound. Over `input` for a workflow, over `context`,
   * `input` and `event` for a task. Absent: one bound for all.
   */
  key?: string;
  /** At least 1. */
  max: number;
}

/** One CEL expression, or one for each key of an object. */
export type Mapping = string | Record<string, string>;

/** One state. Its enter actions run on entry, its exit actions on leaving it by a transition with a target. */
export interface StateDefinition {
  description?: string;
  enter?: ActionDefinition[];
  exit?: ActionDefinition[];
  /**
   * Transitions by event, tried in order; the first whose guard holds is taken.
   * `complete` and `error` are the events that the state itself receives when its tasks are done or one failed.
   */
  on?: Record<string, TransitionDefinition[]>;
  /** Transitions taken when the state has been active for a time. */
  after?: DelayedTransitionDefinition[];
  /** Ends the instance, as completed or failed, once the state's tasks are done. A final state has no way out. */
  final?: FinalKind;
  /**
   * Undo actions. When the instance fails, or is cancelled with compensation, those of the visits that were completed
   * (all tasks of the state's enter actions were done) run, the last visit's first, each list's tasks being awaited
   * before the next begins. They see the event `compensate`, with the failure or the reason as data.
   */
  compensate?: ActionDefinition[];
}

export type FinalKind = "completed" | "failed";

/** A way out of a state; without a target the state is kept, and neither left nor entered: only the actions run. */
export interface TransitionDefinition {
  target?: string;
  guard?: GuardDefinition;
  actions?: ActionDefinition[];
  /** For `error` only: the failure codes it takes. Absent: every code. Never empty. */
  codes?: string[];
}

/** A transition taken `delayMs` after entry, if its guard holds then. */
export interface DelayedTransitionDefinition extends TransitionDefinition {
  delayMs: number;
}

/** A CEL expression over `context`, `input` and `event`, or a function that a worker evaluates. */
export type GuardDefinition = string | FunctionGuardDefinition;

/**
 * Code as of a task, run on a worker with `{context, input, event}` as its input. It must give true or false. If
 * it fails for good or gives anything else, a client's event is dropped, and for another event the instance fails with
 * EXPRESSION_FAILED.
 */
export interface FunctionGuardDefinition {
  code: string;
  /** Default `javascript`. */
  language?: "javascript" | "typescript";
}

/** Something done on entering, leaving or between. One key each, so that the kind can be told by it. */
export type ActionDefinition =
  | { task: TaskDefinition }
  | { set: SetDefinition }
  | { log: LogDefinition }
  | { map: MapDefinition }
  | { start: StartDefinition }
  | { send: SendDefinition }
  | { fail: FailDefinition };

export type Language = "javascript" | "typescript" | "wasm";

/** Whatever runs on a worker: a task, the task of a map, or a guard. Source text; for wasm the module's bytes in base64. */
export type CodeDefinition = TaskDefinition | RunDefinition | FunctionGuardDefinition;

/** A unit of code to run on a worker. */
export interface TaskDefinition {
  /**
   * Unique within its state, except that tasks of different transitions may share one, as only one of those is taken.
   * The output is stored in the context under this name unless `output` says otherwise.
   */
  name: string;
  /** Default `javascript`. */
  language?: Language;
  /** Source text; for wasm the module's bytes in base64. */
  code: string;
  /**
   * What the code receives as `input`: one CEL expression, or one for each key.
   * Absent: the whole context.
   */
  input?: Mapping;
  /** Key of the context that takes the output. Default: the task's name. */
  output?: string;
  /**
   * The members of an output that is an object are written into the context, each under its own key, rather than the
   * whole under one. Any other output is not affected. Default false.
   */
  merge?: boolean;
  /** Time one attempt may take, from hand-out to result. Default TASK_TIMEOUT_MS_DEFAULT. */
  timeoutMs?: number;
  /** What differs from RETRY_DEFAULT. */
  retry?: Partial<RetryPolicy>;
  /** In the queue, -100 to 100, higher first. Default: the definition's. */
  priority?: number;
  /** Time from scheduling before which the first attempt is not handed out. */
  delayMs?: number;
  /** How many attempts of this task, with this workflow and name, are handed out at once, over all engines. */
  limit?: LimitDefinition;
}

/** A task without a name, for each item of a list. */
export type RunDefinition = Omit<TaskDefinition, "name" | "output" | "merge">;

/** One task, or one child, for each item of a list. */
export interface MapDefinition {
  /** Unique as a task's is. */
  name: string;
  /** CEL expression whose value is a list; at most MAP_ITEMS_MAX items. */
  items: string;
  /** How many of them are unfinished at once. Default: all of them, as far as an instance may have. */
  concurrency?: number;
  /**
   * Either this or `start`. Its input expressions see `item` and `index` besides `context`, `input` and `event`; without
   * an `input` it gets the item. `context` is as it was when the map began.
   */
  task?: RunDefinition;
  /** A child; its input's expressions see what a task's do. Without an `input` it is `{item, index}`. */
  start?: ChildDefinition;
  /** Key of the context that takes the list of outputs, in the order of the items. Default: the name. */
  output?: string;
}

/**
 * What a child is an instance of: of a `workflow`, or, with `state`, a part of the instance that starts it.
 *
 * A part is an instance of the same definition and version that begins in that state. Its context begins as its parent's
 * is when it is started, with the members of `input` written over it. Its result is what it has written into its context
 * until it is completed. It has the same `input` as its parent, and counts towards no limit of the workflow.
 */
export interface ChildDefinition {
  workflow?: string;
  /** Of the workflow. Absent: the newest when the child is started. */
  version?: number;
  state?: string;
  /** Its start input, which must be an object. Absent: `{}`. */
  input?: Mapping;
}

/** A child instance. */
export interface StartDefinition extends ChildDefinition {
  /** Unique as a task's is. */
  name: string;
  /** CEL expression whose value is the child's id. Default: the parent's id, a dot and a number. */
  id?: string;
  /** Key of the context that takes the child's result (its `output`). Default: the name. */
  output?: string;
  /**
   * Whether the state waits for the child's end. Then its failure is a failure as of a task, and leaving the state,
   * failing or being cancelled cancels it. Default true.
   */
  wait?: boolean;
}

/** An event to another instance, delivered once, after this step. One that cannot be delivered is noted in its history. */
export interface SendDefinition {
  /** Either this or `child`: a CEL expression whose value is the id of an instance. */
  to?: string;
  /** The name of a start, or of a map that starts: the child of it that is unfinished, of which there must be one. */
  child?: string;
  event: string;
  /** The event's data. Absent: null. */
  data?: Mapping;
  /** Whether it is kept until a state takes it. Default true. */
  keep?: boolean;
}

/**
 * A failure in the state, as of a task that fails for good: nothing after it in its list is done, and the first
 * transition for `error` that takes its code is taken. If there is none, the instance fails with it.
 */
export interface FailDefinition {
  code: TextDefinition;
  /** Absent: a sentence that names the state and the workflow. */
  message?: TextDefinition;
}

/** A text as it is, or a CEL expression that gives one. */
export type TextDefinition = string | { expression: string };

/**
 * Writes one key of the context: a literal, or a CEL expression over `context`, `input` and `event`. Or, with `merge`,
 * each member of the object that an expression gives, under its own key.
 */
export type SetDefinition = { key: string; value: JsonValue } | { key: string; expression: string } | { merge: string };

/** Writes a line into the history: a text, or a CEL expression whose value is written. */
export type LogDefinition = { message: string } | { expression: string };

/** Events that the machine itself raises; a client may not send them. */
export const COMPLETE_EVENT = "complete";
export const ERROR_EVENT = "error";
