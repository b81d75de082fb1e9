/** Where an instance was after any of its records: the context and the state, as the history tells them. */

import type { JsonObject } from "../../shared/json.ts";
import { applyEntry } from "./context_at.ts";
import type { HistoryRecord } from "./history.ts";

export class HistoryTracker {
  context: JsonObject = {};
  /** Undefined until the first state was entered. */
  state: string | undefined;

  /** Takes the next record. */
  take({ entries }: HistoryRecord): void {
    for (const entry of entries) {
      this.context = applyEntry(this.context, entry);
      if (entry.kind === "stateEntered") this.state = entry.state;
    }
  }
}
