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
}

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
}

export type FinalKind = "completed" | "failed";

/** A way out of a state; without a target the state is kept, and neither left nor entered: only the actions run. */
export interface TransitionDefinition {
  target?: string;
  guard?: GuardDefinition;
  actions?: ActionDefinition[];
}

/** A transition taken `delayMs` after entry, if its guard holds then. */
export interface DelayedTransitionDefinition extends TransitionDefinition {
  delayMs: number;
}

/** A CEL expression over `context`, `input` and `event`. */
export type GuardDefinition = string;

/** Something done on entering, leaving or between. One key each, so that the kind can be told by it. */
export type ActionDefinition = { task: TaskDefinition } | { set: SetDefinition } | { log: LogDefinition };

export type Language = "javascript" | "typescript" | "wasm";

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
  input?: string | Record<string, string>;
  /** Key of the context that takes the output. Default: the task's name. */
  output?: string;
  /** Time one attempt may take, from hand-out to result. Default TASK_TIMEOUT_MS_DEFAULT. */
  timeoutMs?: number;
  /** What differs from RETRY_DEFAULT. */
  retry?: Partial<RetryPolicy>;
}

/** Writes one key of the context: a literal, or a CEL expression over `context`, `input` and `event`. */
export type SetDefinition = { key: string; value: JsonValue } | { key: string; expression: string };

/** Writes a line into the history: a text, or a CEL expression whose value is written. */
export type LogDefinition = { message: string } | { expression: string };

/** Events that the machine itself raises; a client may not send them. */
export const COMPLETE_EVENT = "complete";
export const ERROR_EVENT = "error";
