/** What may be done to many instances at once. */

export type BulkOperation =
  | { kind: "pause"; reason?: string }
  | { kind: "resume" }
  /** `compensate`: whether undo actions run first; by default as the definition says. */
  | { kind: "cancel"; reason?: string; compensate?: boolean }
  | { kind: "retry" }
  /** 0 or absent: to the newest version. */
  | { kind: "migrate"; version?: number };

export type BulkKind = BulkOperation["kind"];

/** Each operation: the status of the instances that can take it, and what is said of those that did. */
export const BULK_OPERATIONS = {
  cancel: { takenBy: "running", done: "cancelled" },
  retry: { takenBy: "failed", done: "retried" },
  pause: { takenBy: "running", done: "paused" },
  resume: { takenBy: "running", done: "resumed" },
  migrate: { takenBy: "running", done: "migrated" },
} as const satisfies { readonly [kind in BulkKind]: { takenBy: "running" | "failed"; done: string } };
