/** The history: the ordered record of what happened to an instance. One record per transaction, several entries each. */

import type { Failure } from "../../shared/failure.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { AttemptReport } from "./input.ts";

/** One record; `sequence` is the instance's revision after it, from 1 without gaps. */
export interface HistoryRecord {
  readonly sequence: number;
  readonly atMs: number;
  readonly entries: readonly HistoryEntry[];
}

/**
 * One thing that happened. The context at any point follows from `started`, `forked`, `contextSet`, `contextCleared`
 * and `taskCompleted` alone.
 */
export type HistoryEntry =
  | { readonly kind: "started"; readonly input: JsonValue }
  | { readonly kind: "eventReceived"; readonly name: string; readonly data: JsonValue; readonly id?: string }
  /** Kept until a state takes it; `eventReceived` follows when one does. */
  | { readonly kind: "eventKept"; readonly name: string; readonly data: JsonValue; readonly id?: string }
  /** A kept event was given up: what it would have led to could not be evaluated or crossed a bound. */
  | { readonly kind: "eventDropped"; readonly name: string; readonly id?: string; readonly message: string }
  | { readonly kind: "stateExited"; readonly state: string }
  /** A transition was taken; `to` absent where the state was kept. */
  | { readonly kind: "transitionTaken"; readonly from: string; readonly to?: string; readonly event: string }
  | { readonly kind: "stateEntered"; readonly state: string }
  | { readonly kind: "contextSet"; readonly key: string; readonly value: JsonValue }
  | { readonly kind: "contextCleared"; readonly key: string }
  | { readonly kind: "logged"; readonly message: string }
  /** A task, a guard on a worker, a map or one of its items (`index`), or a child (`child`: the instance's id) began. */
  | {
    readonly kind: "taskScheduled";
    readonly taskId: string;
    readonly name: string;
    readonly index?: number;
    readonly child?: string;
  }
  | ({
    readonly kind: "taskCompleted";
    readonly taskId: string;
    readonly name: string;
    readonly key: string;
    readonly output: JsonValue;
    /** The output's members were written into the context, and nothing under `key`. */
    readonly merged?: true;
  } & AttemptReport)
  /** The task for one item of a map has its output; it goes into the context with the others. */
  | ({
    readonly kind: "itemCompleted";
    readonly taskId: string;
    readonly name: string;
    readonly index: number;
    readonly output: JsonValue;
  } & AttemptReport)
  /** A guard on a worker has its value. */
  | (
    & { readonly kind: "guardEvaluated"; readonly taskId: string; readonly name: string; readonly holds: boolean }
    & AttemptReport
  )
  /** An attempt failed; `retryAtMs` is when the next one may begin. Written by the scheduler. */
  | ({
    readonly kind: "attemptFailed";
    readonly taskId: string;
    readonly name: string;
    readonly failure: Failure;
    readonly retryAtMs: number;
  } & AttemptReport)
  | (
    & { readonly kind: "taskFailed"; readonly taskId: string; readonly name: string; readonly failure: Failure }
    & AttemptReport
  )
  | { readonly kind: "taskCancelled"; readonly taskId: string; readonly name: string }
  | { readonly kind: "timerFired"; readonly timerId: string }
  /** A child was started that nothing waits for. */
  | { readonly kind: "childStarted"; readonly name: string; readonly child: string }
  /** An event goes to another instance. */
  | { readonly kind: "eventSent"; readonly to: string; readonly name: string }
  /** An event, or the start of a child that nothing waits for, could not be delivered. */
  | { readonly kind: "undelivered"; readonly to: string; readonly name: string; readonly message: string }
  /** It waits until fewer instances of its workflow run; `stateEntered` follows when it is admitted. */
  | { readonly kind: "waiting" }
  /** It may enter its state, which it does when it is resumed. */
  | { readonly kind: "admitted" }
  | { readonly kind: "paused"; readonly reason: string }
  | { readonly kind: "resumed" }
  /** Undo actions run before it ends as `status` says; `failure` or `reason` says why. */
  | {
    readonly kind: "compensationStarted";
    readonly status: "failed" | "cancelled";
    readonly failure?: Failure;
    readonly reason?: string;
  }
  /** The undo actions of a completed visit of the state begin. */
  | { readonly kind: "compensating"; readonly state: string }
  /** Made of another instance, as that was after its record `sequence`; the context is what that then had. */
  | {
    readonly kind: "forked";
    readonly from: string;
    readonly sequence: number;
    readonly context: JsonObject;
  }
  | { readonly kind: "migrated"; readonly fromVersion: number; readonly toVersion: number }
  | { readonly kind: "completed"; readonly output?: JsonValue }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "retried"; readonly state: string };
