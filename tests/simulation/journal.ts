/** What clients and workers were told: the word that the store must keep. */

import type { Completion } from "../../engine/scheduler/completion.ts";
import type { ReportStatus } from "../../engine/scheduler/task_desk.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";

/** What a client has been told about its operation. */
export type Acknowledgement =
  | { kind: "started"; workflow: string; instanceId: string; input: JsonObject }
  | { kind: "sent"; instanceId: string; eventId: string; name: string; data: JsonValue }
  | { kind: "cancelled"; instanceId: string };

export class Journal {
  readonly acknowledged: Acknowledgement[] = [];
  /** Completions by token, as their workers reported them. */
  readonly reports = new Map<string, Completion>();
  /** Tokens whose completion was accepted. */
  readonly accepted = new Set<string>();
  /** Errors that engines told of, and calls that were refused: for the trace. */
  readonly refusals = new Map<string, number>();

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
