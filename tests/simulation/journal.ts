/** What clients and workers were told: the word that the store must keep. */

import type { Completion } from "../../engine/scheduler/completion.ts";
import type { ReportStatus } from "../../engine/scheduler/task_desk.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";

/** What a client has been told about its operation. */
export type Acknowledgement =
  | { kind: "started"; workflow: string; instanceId: string; input: JsonObject }
  | { kind: "sent"; instanceId: string; eventId: string; name: string; data: JsonValue }
  | { kind: "cancelled"; instanceId: string }
  | { kind: "forked"; instanceId: string; from: string }
  | { kind: "migrated"; instanceId: string; version: number };

/** What one reader of the log of events has read. */
export interface Reading {
  readonly name: string;
  /** `isAfterGap`: it had been told that events were deleted before it read them. */
  readonly read: { cursor: string; event: string; isAfterGap: boolean }[];
  /** It has come to the end of the log. */
  isComplete: boolean;
}

export class Journal {
  readonly acknowledged: Acknowledgement[] = [];
  /** Completions by token, as their workers reported them. */
  readonly reports = new Map<string, Completion>();
  /** Tokens whose completion was accepted. */
  readonly accepted = new Set<string>();
  readonly readings: Reading[] = [];
  /** Records that watchers of one instance have read. */
  readonly watched: { instanceId: string; sequences: number[] }[] = [];
  /** What the receiver of a webhook has taken, in that order. */
  readonly told: { cursor: string; instanceId: string }[] = [];
  /** How many retries were asked for, by instance, and of pages of instances. */
  readonly retries = new Map<string, number>();
  retriedAll = 0;
  /** Somebody deletes what has ended. */
  isExpiring = false;
  /** Errors that engines told of, and calls that were refused: for the trace. */
  readonly refusals = new Map<string, number>();

  retriedOnce(instanceId: string): void {
    this.retries.set(instanceId, (this.retries.get(instanceId) ?? 0) + 1);
  }

  reported(completion: Completion): void {
    this.reports.set(completion.token, completion);
  }

  judged({ token }: Completion, status: ReportStatus): void {
    if (status === "accepted") this.accepted.add(token);
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}
