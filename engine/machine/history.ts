/** The history: the ordered record of what happened to an instance. One record per transaction, several entries each. */

import type { Failure } from "../../shared/failure.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { AttemptReport } from "./input.ts";

/** One record; `sequence` is the instance's revision after it, from 1 without gaps. */
export interface HistoryRecord {
  readonly sequence: number;
  readonly atMs: number;
  readonly entries: readonly HistoryEntry[];
}

/**
 * One thing that happened. The context at any point follows from `started`, `contextSet`, `contextCleared` and
 * `taskCompleted` alone.
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
  | { readonly kind: "taskScheduled"; readonly taskId: string; readonly name: string }
  | ({
    readonly kind: "taskCompleted";
    readonly taskId: string;
    readonly name: string;
    readonly key: string;
    readonly output: JsonValue;
    /** The output's members were written into the context, and nothing under `key`. */
    readonly merged?: true;
  } & AttemptReport)
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
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "retried"; readonly state: string };
