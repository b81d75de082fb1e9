/** What goes into the machine, and what comes out of it. */

import type { CodeDefinition } from "../../shared/definition/definition.ts";
import type { Failure } from "../../shared/failure.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { HistoryEntry } from "./history.ts";
import type { Instance } from "./instance.ts";

/** One input. */
export type MachineInput =
  /** A client's event. `keep`: if the state does not take it, it is kept until one does. */
  | {
    readonly kind: "event";
    readonly name: string;
    readonly data: JsonValue;
    readonly id?: string;
    readonly keep: boolean;
  }
  /** A task has its output. */
  | {
    readonly kind: "taskCompleted";
    readonly taskId: string;
    readonly output: JsonValue;
    readonly attempt: AttemptReport;
  }
  /** A task has failed for good: no attempt is left. */
  | { readonly kind: "taskFailed"; readonly taskId: string; readonly failure: Failure; readonly attempt: AttemptReport }
  | { readonly kind: "timerFired"; readonly timerId: string }
  /** `compensate`: whether undo actions run first; absent: as the definition says. */
  | { readonly kind: "cancel"; readonly reason: string; readonly compensate?: boolean }
  /** Enters the state anew in which a failed instance ended; `waiting`: only once it is admitted. */
  | { readonly kind: "retry"; readonly waiting?: true }
  | { readonly kind: "pause"; readonly reason: string }
  | { readonly kind: "resume" }
  /** An instance that waits for others of its workflow may run. */
  | { readonly kind: "admit" }
  /** Something that was sent to another instance could not be delivered. */
  | { readonly kind: "undelivered"; readonly to: string; readonly name: string; readonly message: string };

/** What is known of the attempt that ended a task; goes into the history unchanged. */
export interface AttemptReport {
  /** From 1. */
  readonly attempt: number;
  readonly workerId?: string;
  readonly startedAtMs?: number;
  readonly durationMs?: number;
  readonly console?: readonly { readonly level: string; readonly text: string }[];
}

/**
 * What the engine is to do, in the same transaction. One result never both schedules and cancels a task, or sets and
 * clears a timer. A task that was reported and a timer that fired are gone without a command.
 */
export type Command =
  | {
    readonly kind: "scheduleTask";
    readonly taskId: string;
    /** A member of the definition itself, by which the engine knows the code. */
    readonly task: CodeDefinition;
    readonly input: JsonValue;
    /** The key of the task's limit, where it has one with a key. */
    readonly limitKey?: string;
  }
  | { readonly kind: "cancelTask"; readonly taskId: string }
  | { readonly kind: "setTimer"; readonly timerId: string; readonly fireAtMs: number }
  | { readonly kind: "clearTimer"; readonly timerId: string; readonly fireAtMs: number }
  /** Hand none of the tasks out any more that are not begun, or go on with them. */
  | { readonly kind: "pauseTasks" | "resumeTasks"; readonly taskIds: readonly string[] }
  | ({ readonly kind: "message"; readonly number: number } & Message);

/** What goes to another instance, in the order of the numbers. */
export type Message =
  /** Starts a child; `taskId` is what waits for its end. */
  | {
    readonly about: "start";
    readonly taskId?: string;
    readonly name: string;
    readonly child: string;
    readonly workflow: string;
    readonly version?: number;
    readonly input: JsonObject;
    readonly depth: number;
    /** It is a part of its parent: it begins in this state, with this context; the parent's record says so. */
    readonly part?: { readonly state: string; readonly context: JsonObject; readonly sequence: number };
  }
  /** Cancels a child that was started for `taskId`; `compensate` as for the input `cancel`. */
  | {
    readonly about: "cancel";
    readonly taskId: string;
    readonly child: string;
    readonly reason: string;
    readonly compensate?: boolean;
  }
  | {
    readonly about: "event";
    readonly to: string;
    readonly name: string;
    readonly data: JsonValue;
    readonly keep: boolean;
  }
  /** A child's end, for the task of its parent that waits for it. */
  | {
    readonly about: "end";
    readonly to: string;
    readonly taskId: string;
    readonly outcome: { readonly output: JsonValue } | { readonly failure: Failure };
  };

export type MachineResult =
  | {
    readonly kind: "accepted";
    readonly instance: Instance;
    readonly commands: readonly Command[];
    /** What happened, in order; never empty. Becomes one history record with the instance's new revision. */
    readonly entries: readonly HistoryEntry[];
  }
  | { readonly kind: "rejected"; readonly rejection: Rejection };

/** Why an input was not taken. Nothing has changed. */
export type Rejection =
  /** The instance has ended (or, for retry, has not failed). */
  | { readonly reason: "wrongStatus" }
  /** The state takes other events; `takes` lists them, sorted. Guards that do not hold count as not taken: `guarded`. */
  | { readonly reason: "notTaken"; readonly takes: readonly string[]; readonly guarded: boolean }
  /** A guard or expression could not be evaluated on a client's event. */
  | { readonly reason: "expressionFailed"; readonly message: string }
  | { readonly reason: "keptFull" }
  /** A retry, and the history has no room left. */
  | { readonly reason: "historyFull" }
  /** The context, the outstanding tasks, or one step's effects or work would exceed their bound; the message says which. */
  | { readonly reason: "contextTooLarge"; readonly message: string }
  /** No such task or timer is pending: it was cancelled, or has already been reported. */
  | { readonly reason: "unknownTask" | "unknownTimer" }
  /** It is paused (and must not be), or is not paused (and must be). */
  | { readonly reason: "paused" | "notPaused" }
  /** Its undo actions run. */
  | { readonly reason: "compensating" }
  /** It cannot be moved to the other version now, or at all; the message says why. */
  | { readonly reason: "notMovable"; readonly message: string };
