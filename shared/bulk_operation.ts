/** What may be done to many instances at once. */

export type BulkOperation =
  | { kind: "pause"; reason?: string }
  | { kind: "resume" }
  /** `compensate`: whether undo actions run first; by default as the definition says. */
  | { kind: "cancel"; reason?: string; compensate?: boolean }
  | { kind: "retry" }
  /** 0 or absent: to the newest version. */
  | { kind: "migrate"; version?: number }
  /**
   * A new instance for each, from where it was after the record `sequence` (0 or absent: the newest, 1: where it began),
   * of its own version if none is given.
   */
  | { kind: "fork"; sequence?: number; version?: number };

export type BulkKind = BulkOperation["kind"];

/** Each operation: the status of the instances that it is for if none is named, and what is said of those that took it. */
export const BULK_OPERATIONS = {
  cancel: { takenBy: "running", done: "cancelled" },
  retry: { takenBy: "failed", done: "retried" },
  pause: { takenBy: "running", done: "paused" },
  resume: { takenBy: "running", done: "resumed" },
  migrate: { takenBy: "running", done: "migrated" },
  fork: { takenBy: "failed", done: "forked" },
} as const satisfies { readonly [kind in BulkKind]: { takenBy: "running" | "failed"; done: string } };
