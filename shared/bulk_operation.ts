/** What may be done to many instances at once. */

export type BulkOperation =
  | { kind: "pause"; reason?: string }
  | { kind: "resume" }
  /** `compensate`: whether undo actions run first; by default as the definition says. */
  | { kind: "cancel"; reason?: string; compensate?: boolean }
  | { kind: "retry" }
  /** 0 or absent: to the newest version. */
  | { kind: "migrate"; version?: number };

/** Each operation, and the status of the instances that can take it. */
export const BULK_OPERATIONS = {
  cancel: "running",
  retry: "failed",
  pause: "running",
  resume: "running",
  migrate: "running",
} as const satisfies { readonly [kind in BulkOperation["kind"]]: "running" | "failed" };
