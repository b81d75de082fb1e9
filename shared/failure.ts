/** Why a task's attempt, a task or an instance failed: a plain record, for storage and messages. */

/**
 * Codes the system itself gives a failure. Authors may set their own by throwing an error that has a string `code`, or
 * with the action `fail`.
 *
 * - `TASK_FAILED`: the code threw. `INVALID_OUTPUT`: its result is nothing that JSON can carry.
 * - `DEADLINE_EXCEEDED`, `RESOURCE_EXHAUSTED`: it crossed its time, or its memory or output limit.
 * - `ISOLATE_CRASHED`, `WORKER_LOST`: what ran it died; counted apart from failures of the code.
 * - `EXPRESSION_FAILED`: a guard or expression of the definition could not be evaluated.
 * - `NO_TRANSITION`: no guard of an automatic event allowed a way on.
 * - `STATE_FAILED`: a final state of kind failed was reached that gave no code of its own. `TIMED_OUT`: the workflow's own timeout passed.
 */
export const SYSTEM_FAILURE_CODES = [
  "TASK_FAILED",
  "INVALID_OUTPUT",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "ISOLATE_CRASHED",
  "WORKER_LOST",
  "EXPRESSION_FAILED",
  "NO_TRANSITION",
  "STATE_FAILED",
  "TIMED_OUT",
] as const;

export type SystemFailureCode = typeof SYSTEM_FAILURE_CODES[number];

/** Why something failed. */
export interface Failure {
  /** A {@link SystemFailureCode}, or the author's own. */
  code: string;
  message: string;
  /** Name of the task, where a task failed. */
  task?: string;
  /** Place in the author's own source, from 1. */
  line?: number;
  column?: number;
  /** Stack with the author's frames only. */
  stack?: string;
  /** False when retrying is pointless (the author said so, or the input is at fault). Absent means true. */
  retryable?: boolean;
}
